-- Alerts, newest first.
select alert_id as "AlertId", workflow_run_id as "WorkflowRunId", step_id as "StepId", severity as "Severity", type as "Type",
       message as "Message", data::text as "Data", created_at as "CreatedAt", acknowledged_at as "AcknowledgedAt",
       acknowledged_by as "AcknowledgedBy", resolved_at as "ResolvedAt"
from alerts
where tenant_id = @Tenant
  and (@WorkflowRunId::uuid is null or workflow_run_id = @WorkflowRunId)
  and (@Severity::text is null or severity = @Severity)
  and (@Type::text is null or type = @Type)
  and (@Status::text is null or @Status = case
         when resolved_at is not null then 'resolved' when acknowledged_at is not null then 'acknowledged' else 'open' end)
  and (@Before::uuid is null
       or (created_at, alert_id) < (select b.created_at, b.alert_id from alerts b where b.tenant_id = @Tenant and b.alert_id = @Before))
order by created_at desc, alert_id desc
limit @Limit
