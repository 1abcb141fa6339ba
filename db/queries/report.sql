-- take_up --
-- What was submitted, recognised, refused, insured and subsidised between two days, the second not included: in all, and by district, kind of product, breakthrough, insurer and quarter.
with whole as materialized (
    select p.stream, p.kind, p.stage, p.district, p.enterprise, p.opened_at, p.changed_at, f.*
    from proceeding p cross join lateral (
        -- Read once: each look into a file that is kept compressed unpacks it whole.
        select s.file #>> '{facts,submission,product,kind}' as product_kind, s.file #> '{facts,submission,product,breakthrough}' as breakthrough,
            (s.file #>> '{facts,submission,enterprise,sme}')::boolean as sme, (s.file #>> '{facts,recognition,published_on}')::date as published_on,
            (s.file #>> '{facts,delivery,delivered_on}')::date as delivered_on, s.file #>> '{facts,contract,insurer}' as insurer,
            (s.file #>> '{facts,contract,concluded_at}')::timestamp::date as concluded_on, (s.file #>> '{facts,contract,sum_insured}')::numeric as sum_insured,
            (s.file #>> '{money,premium}')::numeric as premium,
            s.file -> 'facts' ? 'contract' and not s.file -> 'facts' ? 'rescission' as insured
        from (select p.file - 'deadlines' as file offset 0) s
    ) f
    where p.kind in ('case', 'batch') and p.scheme = $1 and p.opened_at < $3::date::timestamp at time zone 'Asia/Shanghai'
), posted as (
    select l.application, l.kind, l.amount, e.at from (
        select stream, sequence, (body::jsonb ->> 'at')::timestamptz at time zone 'Asia/Shanghai' as at
        from (select distinct stream, sequence from ledger_entry where scheme = $1 and application is not null) d join event using (stream, sequence) offset 0
    ) e join ledger_entry l using (stream, sequence) where l.scheme = $1 and l.application is not null
), movement as (
    select w.district, w.product_kind, w.breakthrough, w.insurer, w.enterprise, w.sme, m.*, null::numeric as approved, null::numeric as paid, null::numeric as recovered
    from whole w left join subsidy_application a on a.stream = w.stream and a.state <> 'withdrawn'
    cross join lateral (values
        ((w.opened_at at time zone 'Asia/Shanghai')::date, 'submitted', w.kind = 'case', null::numeric, null::numeric, null::numeric, null::integer),
        (w.published_on, 'recognised', w.kind = 'case', null, null, null, null),
        (w.published_on, 'recognised and insured', w.kind = 'case' and w.insured, null, null, null, null),
        ((w.changed_at at time zone 'Asia/Shanghai')::date, 'refused', w.stage in ('refused_by_district', 'not_recognised', 'subsidy_refused'), null, null, null, null),
        (w.concluded_on, 'insured', w.insured, w.sum_insured, w.premium, a.asked, w.concluded_on - w.delivered_on)
    ) m (day, what, counts, sum_insured, premium, asked, waited)
    where m.counts
    union all
    select w.district, w.product_kind, w.breakthrough, w.insurer, w.enterprise, w.sme, p.at::date, p.kind, true, null, null, null, null,
        case p.kind when 'commitment' then p.amount when 'cancellation' then -p.amount end, case p.kind when 'payment' then p.amount end,
        case when p.kind in ('recovery', 'refund') then p.amount end
    from posted p join subsidy_application a on a.number = p.application join whole w on w.stream = a.stream
), told as (
    select m.*, 'Q' || extract(quarter from m.day) as quarter from movement m where m.day >= $2 and m.day < $3
), cell as (
    select district, product_kind, breakthrough, insurer, quarter, null as enterprise,
        count(*) filter (where what = 'submitted') as submitted, count(*) filter (where what = 'recognised') as recognised, count(*) filter (where what = 'refused') as refused,
        count(*) filter (where what = 'recognised and insured') as recognised_insured, count(*) filter (where what = 'insured') as insured,
        sum(waited) as waited, sum(sum_insured) as sum_insured, sum(premium) as premium, sum(asked) as asked, sum(approved) as approved, sum(paid) as paid, sum(recovered) as recovered
    from told group by 1, 2, 3, 4, 5
    union all
    select distinct district, product_kind, breakthrough, insurer, quarter, enterprise, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 from told where what = 'insured' and sme
), each as (
    -- What stands in several parts counts in each.
    select c.*, part.* from cell c cross join lateral (
        select 1 as place, 'total' as part, '' as name union all select 2, 'district', c.district union all select 3, 'kind', c.product_kind
        union all select 4, 'breakthrough', b.class from jsonb_array_elements_text(c.breakthrough) b (class)
        union all select 5, 'insurer', c.insurer where c.insurer is not null union all select 6, 'quarter', c.quarter
    ) part
)
select part, name, sum(submitted)::bigint as submitted, sum(recognised)::bigint as recognised, sum(refused)::bigint as refused,
    sum(recognised_insured)::bigint as recognised_insured, sum(insured)::bigint as insured, count(distinct enterprise) as smes,
    round(sum(recognised_insured) / nullif(sum(recognised), 0), 4) as take_up_rate, round(sum(waited)::numeric / nullif(sum(insured), 0), 1) as days_to_contract,
    coalesce(sum(sum_insured), 0)::numeric(18, 2) as sum_insured, coalesce(sum(premium), 0)::numeric(18, 2) as premium, coalesce(sum(asked), 0)::numeric(18, 2) as asked,
    coalesce(sum(approved), 0)::numeric(18, 2) as approved, coalesce(sum(paid), 0)::numeric(18, 2) as paid, coalesce(sum(recovered), 0)::numeric(18, 2) as recovered
from each group by place, part, name order by place, name

-- budget_use --
-- A fiscal year's budget and what became of it; the sum insured is that of the applications it gives money to.
with given as (
    select application, sum(case kind when 'commitment' then amount else -amount end) as amount from ledger_entry
    where scheme = $1 and fiscal_year = $2 and kind in ('commitment', 'cancellation') group by application
), covered as (
    select sum((p.file #>> '{facts,contract,sum_insured}')::numeric) as sum_insured, sum((p.file #>> '{money,premium}')::numeric) as premium, count(*) as applications
    from given g join subsidy_application a on a.number = g.application join proceeding p using (stream) where g.amount > 0
)
select b.appropriated, b.committed, b.paid, b.returned, b.appropriated - b.committed as available, b.closed, c.applications,
    coalesce(c.sum_insured, 0)::numeric(18, 2) as sum_insured, coalesce(c.premium, 0)::numeric(18, 2) as premium,
    round(b.committed / nullif(b.appropriated, 0), 4) as committed_rate, round(b.paid / nullif(b.appropriated, 0), 4) as paid_rate,
    round(c.sum_insured / nullif(b.committed, 0), 2) as leverage, round(b.committed / nullif(c.sum_insured, 0), 6) as subsidy_per_yuan
from budget b cross join covered c where b.scheme = $1 and b.fiscal_year = $2

-- cap_use --
-- How many enterprises a fiscal year's plans gave money, how many have reached their cap, and what signed plans cut by it.
select count(*) filter (where e.committed > 0) as enterprises, count(*) filter (where e.committed = e.cap) as at_cap,
    coalesce(sum(e.committed), 0)::numeric(18, 2) as committed,
    (select coalesce(sum(l.cut_by_cap), 0)::numeric(18, 2) from proceeding r join plan_line l on l.plan = r.file #>> '{facts,plan,number}'
     where r.kind = 'round' and r.scheme = $1 and r.stage in ('signed', 'ordered', 'paid') and (r.file #>> '{facts,round,fiscal_year}')::integer = $2) as cut_by_cap
from enterprise_year e where e.scheme = $1 and e.fiscal_year = $2

-- steps --
-- How long each step took whose clock started between two days, the second not included, beside the days the law gives, and how many were late by a day: in calendar days since the clock last started.
with kept as materialized (
    select p.kind, s.deadlines, s.published_on from proceeding p cross join lateral (
        select p.file -> 'deadlines' as deadlines, (p.file #>> '{facts,recognition,published_on}')::date as published_on offset 0
    ) s
    where p.scheme = $1 and p.changed_at >= $2::date::timestamp at time zone 'Asia/Shanghai' and p.opened_at < $3::date::timestamp at time zone 'Asia/Shanghai'
), step as (
    select d.name, d.article, d.office, d.counted_from, d.due_on, d.met_on from kept k
    cross join lateral jsonb_to_recordset(k.deadlines) d (name text, article text, office text, counted_from date, due_on date, met_on date)
    where d.name = any ($5::text[]) and d.counted_from is not null
    union all
    -- The industry bureau's own steps have no days of their own in the text.
    select b.name, '10', 'industry_bureau', b.since, null, b.until from kept k cross join lateral (
        select max(met_on) filter (where name = 'verification') as verified, max(counted_from) filter (where name = 'assessment') as entrusted, max(met_on) filter (where name = 'assessment') as assessed
        from jsonb_to_recordset(k.deadlines) d (name text, counted_from date, met_on date)
    ) d cross join lateral (values ('entrusting', d.verified, d.entrusted), ('publication', d.assessed, k.published_on)) b (name, since, until)
    where k.kind = 'case' and b.since is not null
)
select name, article, office, count(*) as begun, count(met_on) as done, round(avg(met_on - counted_from), 1) as days, round(avg(due_on - counted_from), 1) as legal_days,
    count(*) filter (where coalesce(met_on, $4::date) > due_on) as late
from step where counted_from >= $2 and counted_from < $3 group by name, article, office order by array_position($5::text[] || array['entrusting', 'publication'], name), office

-- losses --
-- By insurer: the losses reported between two days, the second not included, what was paid of them and of the contracts concluded in those days the premium (费率回溯).
with claim as (
    select c.facts #>> '{contract,insurer}' as insurer, c.facts,
        coalesce(c.facts #>> '{settlement,amount}', case when c.facts ? 'payment' then c.facts #>> '{decision,amount}' end, c.facts #>> '{advance,total}', '0')::numeric as paid
    from proceeding p cross join lateral (select p.file -> 'facts' as facts offset 0) c
    where p.kind = 'loss_claim' and p.scheme = $1 and p.opened_at >= $2::date::timestamp at time zone 'Asia/Shanghai' and p.opened_at < $3::date::timestamp at time zone 'Asia/Shanghai'
), lost as (
    select insurer, count(*) as claims, count(*) filter (where paid > 0) as paid_claims, count(*) filter (where facts ? 'refusal' and paid = 0) as refused, sum(paid) as paid from claim group by insurer
), insured as (
    select i.insurer, sum(i.premium) as premium from (
        select s.file #>> '{facts,contract,insurer}' as insurer, (s.file #>> '{money,premium}')::numeric as premium, (s.file #>> '{facts,contract,concluded_at}')::timestamp::date as concluded_on
        from proceeding p cross join lateral (select p.file - 'deadlines' as file offset 0) s
        where p.kind in ('case', 'batch') and p.scheme = $1 and p.opened_at < $3::date::timestamp at time zone 'Asia/Shanghai'
    ) i where i.concluded_on >= $2 and i.concluded_on < $3 group by i.insurer
)
select insurer as name, coalesce(claims, 0) as claims, coalesce(paid_claims, 0) as paid_claims, coalesce(refused, 0) as refused, coalesce(l.paid, 0)::numeric(18, 2) as loss_paid,
    coalesce(i.premium, 0)::numeric(18, 2) as premium, round(coalesce(l.paid, 0) / nullif(i.premium, 0), 4) as loss_ratio
from lost l full join insured i using (insurer) order by insurer

-- complaints --
-- Complaints received between two days, the second not included: how many were admitted, and answered in their time.
select count(*) as received, count(*) filter (where p.file -> 'facts' ? 'admission') as admitted, count(*) filter (where p.file -> 'facts' ? 'not_admitted') as not_admitted,
    count(d.met_on) as answered, count(*) filter (where d.met_on <= d.due_on) as in_time, count(*) filter (where coalesce(d.met_on, $4::date) > d.due_on) as late
from proceeding p left join deadline d on d.stream = p.stream and d.name = 'complaint_answer'
where p.kind = 'complaint' and p.scheme = $1 and p.opened_at >= $2::date::timestamp at time zone 'Asia/Shanghai' and p.opened_at < $3::date::timestamp at time zone 'Asia/Shanghai'

-- recoveries --
-- Recoveries opened between two days, the second not included: what was decided to be recovered, and what of it came back.
select count(*) as opened, count(*) filter (where stage = 'paid') as repaid, count(*) filter (where stage = 'dropped') as dropped,
    coalesce(sum((file #>> '{facts,decision,amount}')::numeric), 0)::numeric(18, 2) as decided_amount,
    coalesce(sum((select sum(l.amount) from ledger_entry l where l.kind = 'recovery' and l.stream = r.stream)), 0)::numeric(18, 2) as returned
from proceeding r
where kind = 'recovery' and scheme = $1 and opened_at >= $2::date::timestamp at time zone 'Asia/Shanghai' and opened_at < $3::date::timestamp at time zone 'Asia/Shanghai'

-- refusals --
-- By article: the grounds on which acts were refused by the law, those tried without authority, and the proceedings that ended refused, between two days, the second not included.
with said as (
    select f ->> 'article' as article, 'by_law' as how
    from event e cross join lateral (select e.body::jsonb as body offset 0) b cross join jsonb_array_elements(b.body -> 'findings') f
    where not e.passed and split_part(e.stream, ':', 2) = $1 and not (f ->> 'passed')::boolean
        and ((b.body ->> 'at')::timestamptz at time zone 'Asia/Shanghai')::date >= $2 and ((b.body ->> 'at')::timestamptz at time zone 'Asia/Shanghai')::date < $3
    union all
    select article, 'without_authority' from refusal
    where split_part(stream, ':', 2) = $1 and received_at >= $2::date::timestamp at time zone 'Asia/Shanghai' and received_at < $3::date::timestamp at time zone 'Asia/Shanghai'
    union all
    select d.article, 'decided' from proceeding p join (values ('refused_by_district', '9'), ('not_recognised', '10'), ('subsidy_refused', '13')) d (stage, article) using (stage)
    where p.kind in ('case', 'batch') and p.scheme = $1 and p.changed_at >= $2::date::timestamp at time zone 'Asia/Shanghai' and p.changed_at < $3::date::timestamp at time zone 'Asia/Shanghai'
)
select article, count(*) filter (where how = 'by_law') as by_law, count(*) filter (where how = 'without_authority') as without_authority, count(*) filter (where how = 'decided') as decided
from said group by article order by (substring(article from '^[0-9]+'))::integer, article

-- names --
-- What districts and offices are called, in both languages.
select code, name_zh as zh, name_en as en from district union all select code, name_zh, name_en from office
