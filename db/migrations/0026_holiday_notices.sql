-- The State Council's notices of days off that were loaded after the program was written (domain §3).

create table holiday_notice (
    year integer primary key,
    document text not null,
    days_off date[] not null,
    workdays date[] not null
);
comment on table holiday_notice is '放假通知: a year''s days off and the weekend days worked instead; never edited, beside those the program knows';
grant select, insert on holiday_notice to firstcover_app;
