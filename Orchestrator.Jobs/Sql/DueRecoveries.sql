-- Failed runs whose time to go on has come.
select tenant_id, workflow_run_id
from run_recoveries
where due_at <= clock_timestamp()
order by due_at
limit 100
