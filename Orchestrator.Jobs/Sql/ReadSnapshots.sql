-- A run's snapshots, newest first; @numbers: of these alone with all that they hold.
select number as "Number", at as "At", taken_by as "TakenBy", status as "Status",
       case when @numbers::int[] is not null then variables::text end as "Variables", case when @numbers::int[] is not null then steps::text end as "Steps"
from workflow_snapshots
where tenant_id = @tenant and workflow_run_id = @run and (@numbers::int[] is null or number = any(@numbers))
order by number desc
