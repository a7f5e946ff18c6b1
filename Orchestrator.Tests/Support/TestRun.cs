using System.Text.Json.Nodes;
using Dapper;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.States;

namespace Orchestrator.Tests.Support;

/// <summary>A run as its rows say it stands, with the Hangfire jobs that carry its steps.</summary>
internal sealed class TestRun
{
    private const string RunSql = """
        select r.status, r.open_steps, r.user_id, r.intent_id, r.trigger, r.priority, r.workflow_version, r.scheduled_at,
               r.finished_at is not null as finished, d.payload::text, d.variables::text, d.output::text, d.error::text
        from workflow_runs r join workflow_run_data d using (tenant_id, workflow_run_id)
        where r.workflow_run_id = @id
        """;

    private const string StepSql = """
        select q.job_id, q.step_id, q.status, q.waiting_for, q.attempts, q.lost, q.max_attempts, q.pending, q.present, q.priority, q.queue,
               q.user_id, q.intent_id, q.next_run_at, q.lease_owner, q.hangfire_job_id, o.output::text, o.response::text,
               j.statename as hangfire_state, j.invocationdata::text as invocation,
               (select count(*)::int from hangfire.jobqueue d where d.jobid = q.hangfire_job_id) as deliveries,
               (select count(*)::int from hangfire.set h where h.key = 'schedule' and h.value = q.hangfire_job_id::text) as timers,
               (select array_agg(s.name order by s.id) from hangfire.state s where s.jobid = q.hangfire_job_id) as history,
               (select array_agg(s.reason order by s.id) from hangfire.state s where s.jobid = q.hangfire_job_id) as reasons
        from job_queue q
        left join job_outputs o using (tenant_id, job_id)
        left join hangfire.job j on j.id = q.hangfire_job_id
        where q.workflow_run_id = @id order by q.step_index
        """;

    private const string AttemptSql = """
        select q.step_id, a.attempt, a.success, a.status_code, a.error_text, a.logs::text
        from job_attempts a join job_queue q using (tenant_id, job_id)
        where q.workflow_run_id = @id order by q.step_index, a.attempt
        """;

    public required RunId Id { get; init; }

    public required TestRunRow Row { get; init; }

    public required IReadOnlyDictionary<string, TestStep> Steps { get; init; }

    public required IReadOnlyList<TestAttempt> Attempts { get; init; }

    public string Status => Row.Status;

    public bool HasEnded => StateWords.RunStateOf(Row.Status).IsTerminal();

    /// <summary>Compact JSON; null: there is none.</summary>
    public string? Output => Json.Compact(Row.Output);

    public JsonNode Error => JsonNode.Parse(Row.Error!)!;

    /// <summary>Every step with its state, in the order of their numbers.</summary>
    public string States => string.Join(", ", Steps.Values.Select(step => $"{step.StepId} {step.Status}"));

    public TestStep this[string step] => Steps[step];

    public IReadOnlyList<TestAttempt> AttemptsOf(string step) => [.. Attempts.Where(attempt => attempt.StepId == step)];

    public static async Task<TestRun> ReadAsync(TestDatabase database, RunId id)
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        var key = new { id = id.Value };
        return new TestRun
        {
            Id = id,
            Row = await connection.QuerySingleAsync<TestRunRow>(RunSql, key, transaction),
            Steps = (await connection.QueryAsync<TestStep>(StepSql, key, transaction)).ToDictionary(step => step.StepId),
            Attempts = [.. await connection.QueryAsync<TestAttempt>(AttemptSql, key, transaction)],
        };
    }
}

internal sealed record TestRunRow
{
    public required string Status { get; init; }

    public required int OpenSteps { get; init; }

    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    public required string Trigger { get; init; }

    public required short Priority { get; init; }

    public required int WorkflowVersion { get; init; }

    public DateTime? ScheduledAt { get; init; }

    public required bool Finished { get; init; }

    public required string Payload { get; init; }

    public required string Variables { get; init; }

    public string? Output { get; init; }

    public string? Error { get; init; }
}

internal sealed record TestStep
{
    public required Guid JobId { get; init; }

    public required string StepId { get; init; }

    public required string Status { get; init; }

    public string? WaitingFor { get; init; }

    public required short Attempts { get; init; }

    public required short Lost { get; init; }

    public required short MaxAttempts { get; init; }

    public required int Pending { get; init; }

    public required int Present { get; init; }

    public required short Priority { get; init; }

    public required string Queue { get; init; }

    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    public DateTime? NextRunAt { get; init; }

    public int? LeaseOwner { get; init; }

    public long? HangfireJobId { get; init; }

    public string? Output { get; init; }

    public string? Response { get; init; }

    public string? HangfireState { get; init; }

    public string? Invocation { get; init; }

    /// <summary>Rows of the job in Hangfire's queues.</summary>
    public required int Deliveries { get; init; }

    /// <summary>Rows of the job in Hangfire's schedule.</summary>
    public required int Timers { get; init; }

    /// <summary>Names of the job's states, oldest first.</summary>
    public string[]? History { get; init; }

    /// <summary>Their reasons.</summary>
    public string?[]? Reasons { get; init; }

    public bool HasEnded => StateWords.StepStateOf(Status).IsTerminal();
}

internal sealed record TestAttempt
{
    public required string StepId { get; init; }

    public required short Attempt { get; init; }

    public required bool Success { get; init; }

    public int? StatusCode { get; init; }

    public string? ErrorText { get; init; }

    public string? Logs { get; init; }
}

internal static class Json
{
    /// <summary>The same document without spaces; PostgreSQL writes some.</summary>
    public static string? Compact(string? json) => json is null ? null : JsonNode.Parse(json)?.ToJsonString() ?? "null";
}
