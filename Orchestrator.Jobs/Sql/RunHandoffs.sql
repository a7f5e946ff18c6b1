-- What the agents of a run have handed on, in the order in which they ended: a step's row and its result are written in
-- one transaction, so there is one for each agent task that ended well.
select q.step_id as "StepId", q.step_index as "StepIndex", q.finished_at as "At", o.output::text as "Data", o.response::text as "Response",
       extract(epoch from q.finished_at - q.started_at)::double precision * 1000 as "ExecutionMs"
from job_queue q
join job_outputs o using (tenant_id, job_id)
where q.tenant_id = @tenant and q.job_id > @first and q.job_id <= @last and q.status = 'success' and o.response ? 'agent'
order by q.finished_at, q.job_id
