-- A recurring job's occurrences up to now were dispatched here: it goes on with the next one. Fenced by the time that was
-- read, in seconds as Hangfire stores it: a scheduler that was faster has moved it already.
with moved as (
  update hangfire.set s
  set score = $3
  where s.key = 'recurring-jobs' and s.value = $1 and s.score = $2
  returning s.value
)
update hangfire.hash h
set value = case h.field when 'NextExecution' then $4 else $5 end
from moved m
where h.key = 'recurring-job:' || m.value and h.field in ('NextExecution', 'LastExecution')
