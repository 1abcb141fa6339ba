-- add --
-- Keep a document that was handed in: where, what it is, whose it is.
insert into document (number, stream, dossier, sequence, proves, name, media_type, size, sha256, version, supersedes, handed_in_by, office, received_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)

-- withdraw --
-- Keep that a document counts no more, and why.
insert into document_withdrawal (document, dossier, sequence, withdrawn_by, reason, withdrawn_at) values ($1, $2, $3, $4, $5, $6)

-- of_stream --
-- The documents of a proceeding, oldest first, with who withdrew which and why.
select d.number, d.proves, d.name, d.version, d.supersedes, d.media_type, d.size, d.sha256, d.handed_in_by, d.office, d.received_at,
    w.reason as withdrawn_because
from document d left join document_withdrawal w on w.document = d.number where d.stream = $1 order by d.sequence

-- by_number --
-- A document, and its proceeding as it stands.
select d.number, d.stream, d.proves, d.name, d.media_type, d.size, d.sha256, d.office, p.file
from document d join proceeding p using (stream) where d.number = $1

-- every_file --
-- The files that must be in the folder: each content once, with the first document it is.
select distinct on (sha256) sha256, size, number from document order by sha256, received_at, number

-- names --
-- What a district, an insurer and an assessor are called, in Chinese and in English.
select (select array[name_zh, name_en] from district where code = $1) as district, (select array[name_zh, name_en] from office where code = $2) as insurer,
    (select array[name_zh, name_en] from office where code = $3) as assessor
