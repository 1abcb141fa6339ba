-- An opinion says of an amount (article 13): what asks for another one afterwards, or is insured from another time, is reviewed again.

alter table opinion add column asked numeric(18, 2) check (asked >= 0), add column concluded_at timestamp;
-- Nobody kept what was asked when an earlier opinion was given: it is taken to be of what is asked now.
update opinion o set asked = a.asked, concluded_at = a.concluded_at from subsidy_application a where a.number = o.application;
alter table opinion alter column asked set not null, alter column concluded_at set not null;
alter table opinion drop constraint opinion_pkey;
alter table opinion add primary key (application, round, office_kind, asked, concluded_at);
create index on opinion (round);
comment on table opinion is '会同审核意见: what each of the three offices says of what an application asks (article 13); it counts while that is asked';
comment on column opinion.asked is '申请金额: what was asked when the opinion was given';
comment on column opinion.concluded_at is '投保时间: the insurance time when the opinion was given';
