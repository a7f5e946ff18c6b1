select workflow_type as "WorkflowType", execution_status as "ExecutionStatus", count(*) as "Count"
from autonomous_workflow_executions
where tenant_id = @tenant and job_id = @job
group by workflow_type, execution_status
order by workflow_type, execution_status
