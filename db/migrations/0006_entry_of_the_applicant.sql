-- An entry charges the enterprise that applied: another's name would spend another's cap (article 7).

alter table subsidy_application add constraint application_and_applicant unique (number, enterprise);
alter table ledger_entry add constraint entry_of_the_applicant
    foreign key (application, enterprise) references subsidy_application (number, enterprise);
