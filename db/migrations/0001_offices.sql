-- Who may act: districts, offices, officers, and the register of pilot insurers and filed clauses (articles 3, 9, 10, 12).
-- Names and boundaries change over time, so each is a dated row and never an enum.

create table district (
    code text primary key,
    name_zh text not null,
    name_en text not null,
    since date not null,
    until date check (until >= since)
);
comment on table district is '区市县（先导区）: a district whose SME authority verifies submissions (article 9)';

create table office (
    code text primary key,
    kind text not null check (kind in ('enterprise', 'district', 'industry_bureau', 'regulator', 'finance', 'assessor', 'insurer')),
    name_zh text not null,
    name_en text not null,
    district text references district,
    check (kind not in ('district', 'enterprise') or district is not null)
);
comment on table office is '机构: an office of one of seven kinds; an enterprise''s code is its unified social credit code';

create table officer (
    code text primary key,
    name text not null,
    office text not null references office,
    since date not null,
    until date check (until >= since)
);
comment on table officer is '经办人: a named person who acts for one office (article 15(3))';
create index on officer (office);

create table insurer_listing (
    insurer text not null references office,
    listed_from date not null,
    listed_until date not null check (listed_until >= listed_from),
    notice text not null,
    primary key (insurer, listed_from)
);
comment on table insurer_listing is '试点保险机构名单: when an insurer stands on the published pilot list (article 12)';

create table insurer_bar (
    insurer text primary key references office,
    barred_on date not null,
    reason text not null
);
comment on table insurer_bar is '取消申报资格: an insurer that may ask for no further subsidy (article 15(2))';

create table filed_clause (
    number text primary key,
    insurer text not null references office,
    filed_on date not null,
    valid_until date not null check (valid_until >= filed_on),
    text_sha256 text not null check (text_sha256 ~ '^[0-9a-f]{64}$')
);
comment on table filed_clause is '备案条款: a clause of the comprehensive cover filed with the regulator (article 3)';
create index on filed_clause (insurer);

-- An enterprise registers itself by submitting; an office that is no enterprise gains no officer by being named as one. This is all the program may do to offices and officers.
create function register_enterprise(uscc text, name text, district_code text, contact text, on_day date) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into office (code, kind, name_zh, name_en, district) values (uscc, 'enterprise', name, name, district_code)
    on conflict (code) do nothing;
    insert into officer (code, name, office, since)
    select uscc, contact, uscc, on_day from office where code = uscc and kind = 'enterprise'
    on conflict (code) do nothing;
end $$;
