-- notices --
-- The notices that were loaded, year by year.
select year, document, days_off, workdays from holiday_notice order by year

-- load --
-- Load a year's notice.
insert into holiday_notice (year, document, days_off, workdays) values ($1, $2, $3, $4)

-- unsettled --
-- Open proceedings with a running deadline that the days from $1 on may still move, each with its file.
select stream, file from proceeding where not closed and stream in (
    select stream from deadline where provisional and met_on is null and due_on >= $1
) order by stream
