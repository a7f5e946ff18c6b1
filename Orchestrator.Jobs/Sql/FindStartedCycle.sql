-- The cycle that stands in a new one's way: of the same trigger, or open.
select id, (trigger_key is not distinct from @trigger and @trigger is not null) as is_of_trigger
from autonomous_jobs
where tenant_id = @tenant and (trigger_key = @trigger or status in ('pending', 'running'))
order by is_of_trigger desc
limit 1
