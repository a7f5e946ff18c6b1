-- A run's agent tasks (@agents: which steps of its workflow are), and what those that ended well have handed on, in the order
-- in which they ended: a step's row and its result are written in one transaction, so there is one for each of these.
select q.step_id as "StepId", q.step_index as "Number", q.definition_step as "DefinitionStep", q.owners as "Owners", q.finished_at as "At",
       o.output::text as "Data", o.response::text as "Response",
       extract(epoch from q.finished_at - q.started_at)::double precision * 1000 as "ExecutionMs"
from job_queue q
left join job_outputs o on o.tenant_id = q.tenant_id and o.job_id = q.job_id and q.status = 'success' and o.response ? 'agent'
where q.tenant_id = @tenant and q.job_id > @first and q.job_id <= @last
  and (coalesce(q.definition_step, q.step_index) = any(@agents) or o.response is not null)
order by q.finished_at, q.job_id
