-- A voucher is of one payment alone (article 13): it belongs to one insurer's payment of one plan.

create table payment_voucher (
    scheme text not null,
    voucher text not null check (voucher <> ''),
    plan text not null,
    insurer text not null references office (code),
    stream text not null,
    sequence integer not null,
    primary key (scheme, voucher),
    -- What failed has no voucher, so an insurer's payment of a plan has one.
    unique (plan, insurer)
);
comment on table payment_voucher is '拨付凭证: which insurer''s payment of which plan a voucher proves, and by which act it was confirmed';
grant select, insert on payment_voucher to firstcover_app;
-- Of one that was given twice before this was forbidden, the first payment keeps it.
insert into payment_voucher (scheme, voucher, plan, insurer, stream, sequence)
select distinct on (l.scheme, l.reference) l.scheme, l.reference, l.plan, p.insurer, l.stream, l.sequence
from ledger_entry l join plan_line p on p.plan = l.plan and p.application = l.application
where l.kind = 'payment' order by l.scheme, l.reference, l.id
on conflict do nothing;

-- Whose recognition was revoked: looked at whenever a payment is ordered, taken back or did not go through.
create index revoked on proceeding (stream) where file -> 'facts' ? 'revocation';
