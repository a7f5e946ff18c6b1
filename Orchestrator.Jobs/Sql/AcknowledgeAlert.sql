-- Somebody has seen an alert; who did so first stays.
update alerts
set acknowledged_at = coalesce(acknowledged_at, clock_timestamp()), acknowledged_by = coalesce(acknowledged_by, @actor)
where tenant_id = @tenant and alert_id = @id
returning alert_id as "AlertId", workflow_run_id as "WorkflowRunId", step_id as "StepId", severity as "Severity", type as "Type",
          message as "Message", data::text as "Data", created_at as "CreatedAt", acknowledged_at as "AcknowledgedAt",
          acknowledged_by as "AcknowledgedBy", resolved_at as "ResolvedAt"
