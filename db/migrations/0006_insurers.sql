-- The register of pilot insurers is kept by acts: listings that end early, suspensions, bars, and clauses that run on or are withdrawn (articles 3, 12, 15(2)).

alter table insurer_listing
    add column industry_bureau_page text,
    add column regulator_page text,
    add column ended_on date check (ended_on >= listed_from);
comment on column insurer_listing.industry_bureau_page is 'The list''s page on the industry bureau''s portal; null where the listing is older than the file';
comment on column insurer_listing.regulator_page is 'The list''s page on the regulator''s portal';
comment on column insurer_listing.ended_on is 'The first day the insurer is off the list, where it was taken off before its term ran out';

create table insurer_suspension (
    insurer text not null references office,
    suspended_on date not null,
    ended_on date check (ended_on >= suspended_on),
    -- Of one day there may be several, each ended on that day but the last.
    id bigint generated always as identity primary key
);
create unique index one_suspension_at_a_time on insurer_suspension (insurer) where ended_on is null;
comment on table insurer_suspension is '暂停: when a listed insurer counts as not listed; the first day is of it, the day it ended on is not (article 12)';

alter table filed_clause
    add column head_office_filing_number text,
    add column withdrawn_on date;
comment on column filed_clause.head_office_filing_number is '总公司备案号: the number the head office filed the clause under; null where it is older than the file';
comment on column filed_clause.withdrawn_on is 'The first day no contract may be concluded on it';

-- What is registered stays: a listing and a suspension can only be ended, a clause prolonged or withdrawn.
grant select, insert on insurer_listing, insurer_bar, insurer_suspension, filed_clause to firstcover_app;
grant update (ended_on) on insurer_listing, insurer_suspension to firstcover_app;
grant update (valid_until, withdrawn_on) on filed_clause to firstcover_app;
