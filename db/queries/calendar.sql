-- notices --
-- The notices that were loaded, year by year.
select year, document, days_off, workdays from holiday_notice order by year

-- load --
-- Load a year's notice.
insert into holiday_notice (year, document, days_off, workdays) values ($1, $2, $3, $4)

-- unsettled --
-- Open proceedings with a running deadline that the days from $1 on may still move.
select stream from proceeding where not closed and stream in (
    select stream from deadline where provisional and met_on is null and due_on >= $1
) order by stream

-- unsettled_first --
-- Of those the $2 with such a deadline first, each with its file, and how many there are; all where $2 is null.
select p.stream, p.file, count(*) over () as there_are from proceeding p join (
    select stream, min(due_on) as first from deadline where provisional and met_on is null and due_on >= $1 group by stream
) d using (stream) where not p.closed order by d.first, p.stream limit $2
