-- An alert. One that is there already is left as it is.
insert into alerts (tenant_id, alert_id, workflow_run_id, step_id, severity, type, message, data)
values (@Tenant, @AlertId, @WorkflowRunId, @StepId, @Severity, @Type, @Message, @Data::jsonb)
on conflict do nothing
