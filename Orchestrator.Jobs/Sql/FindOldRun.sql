-- A locked run that another is to go on from, with what was given to it: the variables that it began with, and has now.
select r.workflow_key as "WorkflowKey", r.workflow_version as "Version", r.user_id as "UserId", r.intent_id as "IntentId",
       r.priority as "Priority", r.nesting as "Nesting", d.payload::text as "Payload",
       coalesce(d.first_variables, d.variables)::text as "FirstVariables", d.variables::text as "Variables"
from workflow_runs r
join workflow_run_data d using (tenant_id, workflow_run_id)
where r.tenant_id = @tenant and r.workflow_run_id = @run
