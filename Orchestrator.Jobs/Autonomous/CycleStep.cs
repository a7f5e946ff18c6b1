using Hangfire.Common;
using Orchestrator.Jobs.Bulk;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Locks;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Autonomous;

/// <summary>
/// Takes a cycle one step further, in one transaction: some more evaluations and their Hangfire jobs, some more planned
/// executions, or runs that have ended noted and the next ones started. A crash anywhere leaves the cycle before the step
/// or after it; whoever comes next goes on from there.
/// </summary>
internal sealed class CycleStep(Database database, LockStore locks, BulkJobs bulk, Dispatcher dispatcher, CycleWorkflows workflows, OrchestratorOptions options)
{
    /// <summary>The lock under which a tenant's cycle goes on (seed 000).</summary>
    public const string LockKey = "autonomous_job_execution";

    /// <summary>What a cycle's runs were started by.</summary>
    public const string Trigger = "autonomous";

    /// <summary>Agents in a step of fan-out and planning; runs started in one.</summary>
    private const int Page = 1000, MaxStarts = 500;

    private static readonly TimeSpan LockTime = TimeSpan.FromMinutes(5);

    private AutonomousOptions Settings => options.Autonomous;

    /// <summary>Goes a step. The answer: how long to wait for the next one, if nothing happens before.</summary>
    /// <param name="tenant">Whose cycle.</param>
    /// <param name="job">Its id.</param>
    /// <param name="findsLost">Whether to look for evaluations that no Hangfire job makes any more.</param>
    /// <param name="cancellationToken">Gives the step up; nothing of it was done then.</param>
    public async Task<TimeSpan> GoAsync(string tenant, long job, bool findsLost, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = new CycleRows(tenant, job, transaction);
        if (await rows.LockAsync() is not { } cycle
            || await TakeLockAsync(rows, cycle, cancellationToken) is not { } token)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var wait = cycle.Phase switch
        {
            "fan_out" => await FanOutAsync(rows, cycle, cancellationToken),
            "evaluating" => await WaitForEvaluationsAsync(rows, findsLost, cancellationToken),
            "planning" => await PlanAsync(rows, cycle),
            _ => await ExecuteAsync(rows, cycle, token, cancellationToken),
        };
        await transaction.CommitAsync(cancellationToken);
        return wait;
    }

    /// <summary>Gives a cycle up.</summary>
    public async Task FailAsync(string tenant, long job, string error, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = new CycleRows(tenant, job, transaction);
        if (await rows.LockAsync() is { } cycle)
        {
            await rows.EndAsync(error);
            await locks.ReleaseAsync(tenant, LockKey, cycle.FencingToken ?? 0, transaction, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>The lock's token, its time renewed; null: somebody else has it.</summary>
    private async Task<long?> TakeLockAsync(CycleRows rows, CycleRow cycle, CancellationToken cancellationToken)
    {
        var token = await locks.TryAcquireAsync(
            rows.Tenant, LockKey, $"autonomous_job:{rows.Job}", LockTime, Value.Object(("job_id", rows.Job)).ToJson(), rows.Transaction, cancellationToken);
        if (token is { } taken && taken != cycle.FencingToken)
        {
            await rows.BeginAsync(taken);
        }

        return token;
    }

    private async Task<TimeSpan> FanOutAsync(CycleRows rows, CycleRow cycle, CancellationToken cancellationToken)
    {
        var agents = await rows.NextAgentsAsync(cycle.CursorAgentId, Page);
        if (agents.Length > 0)
        {
            await rows.InsertEvaluationsAsync(agents, await EnqueueAsync(rows, agents, cancellationToken));
        }

        await (agents.Length == Page ? rows.MoveAsync("fan_out", agents[^1]) : rows.MoveAsync("evaluating", 0));
        return TimeSpan.Zero;
    }

    private async Task<long[]> EnqueueAsync(CycleRows rows, long[] agents, CancellationToken cancellationToken)
    {
        // What people and events have started goes before it.
        var queue = Lanes.Of(options.Queues[0], Priorities.Low);
        var ids = await bulk.EnqueueAsync(
            [.. agents.Select(agent => Job.FromExpression<EvaluationJob>(job => job.Run(rows.Tenant, rows.Job, agent), queue))],
            rows.Transaction,
            cancellationToken);
        return [.. ids.Select(long.Parse)];
    }

    private async Task<TimeSpan> WaitForEvaluationsAsync(CycleRows rows, bool findsLost, CancellationToken cancellationToken)
    {
        if (!await rows.HasOpenEvaluationsAsync())
        {
            await rows.MoveAsync("planning", 0);
            return TimeSpan.Zero;
        }

        if (findsLost && await rows.LostEvaluationsAsync(Page) is { Length: > 0 } lost)
        {
            await rows.SetEvaluationJobsAsync(lost, await EnqueueAsync(rows, lost, cancellationToken));
        }

        return Timeout.InfiniteTimeSpan;
    }

    private static async Task<TimeSpan> PlanAsync(CycleRows rows, CycleRow cycle)
    {
        var last = await rows.PlanAsync(cycle.CursorAgentId, Page);
        await rows.MoveAsync(last is null ? "executing" : "planning", last ?? 0);
        return TimeSpan.Zero;
    }

    private async Task<TimeSpan> ExecuteAsync(CycleRows rows, CycleRow cycle, long token, CancellationToken cancellationToken)
    {
        var noted = (await workflows.OfAsync(rows.Tenant, cycle.Workflows, cancellationToken))
            .Where(workflow => workflow.Rule.Event is not null).ToArray();
        await rows.SettleAsync(
            Settings.MinDelay, Settings.MaxDelay, [.. noted.Select(workflow => workflow.Key)], [.. noted.Select(workflow => workflow.Rule.Event!)]);
        await rows.AdmitAsync(Settings.ActiveAgents);
        var due = await rows.DueAsync(MaxStarts);
        if (due.Count > 0 && await StartAsync(rows, cycle, due, cancellationToken))
        {
            // What comes after a skipped one may start at once.
            return TimeSpan.Zero;
        }

        var (isOpen, nextDue) = await rows.WaitAsync();
        if (!isOpen)
        {
            await rows.EndAsync(null);
            await locks.ReleaseAsync(rows.Tenant, LockKey, token, rows.Transaction, cancellationToken);
        }

        return nextDue is { } milliseconds ? TimeSpan.FromMilliseconds(Math.Max(0, milliseconds)) : Timeout.InfiniteTimeSpan;
    }

    /// <summary>Starts runs with this transaction. True: some were not started.</summary>
    private async Task<bool> StartAsync(CycleRows rows, CycleRow cycle, IReadOnlyList<DueExecution> due, CancellationToken cancellationToken)
    {
        var versions = CycleWorkflows.Versions(cycle.Workflows);
        var (started, skipped) = (new List<(long Id, Guid Run)>(), new List<(long Id, string Reason)>());
        foreach (var execution in due)
        {
            if (execution.AgentStatus != "active")
            {
                skipped.Add((execution.Id, $"The agent is {execution.AgentStatus}."));
                continue;
            }

            var outcomes = await dispatcher.DispatchAllAsync(
                [Request(rows, execution, versions.GetValueOrDefault(execution.WorkflowType))], rows.Transaction, cancellationToken);
            switch (outcomes[0])
            {
                case Dispatched dispatched:
                    started.Add((execution.Id, dispatched.Run.Value));
                    break;
                case DispatchRefused refused:
                    skipped.Add((execution.Id, refused.Message));
                    break;
            }
        }

        await rows.StartedAsync([.. started.Select(one => one.Id)], [.. started.Select(one => one.Run)]);
        await rows.SkippedAsync([.. skipped.Select(one => one.Id)], [.. skipped.Select(one => one.Reason)]);
        return skipped.Count > 0;
    }

    private static DispatchRequest Request(CycleRows rows, DueExecution execution, int version) => new()
    {
        Tenant = rows.Tenant,
        WorkflowKey = execution.WorkflowType,
        Version = version > 0 ? version : null,
        UserId = execution.Username,
        Trigger = Trigger,
        Payload = Value.Object(
            ("agent", Value.Object(
                ("id", execution.AgentId),
                ("username", execution.Username),
                ("about", execution.About),
                ("system_prompt", execution.SystemPrompt),
                ("capabilities", Value.Array((execution.Capabilities ?? []).Select(one => Value.Of(one)))))),
            ("job_id", rows.Job),
            ("score", execution.Score),
            ("threshold", execution.Threshold),
            ("readiness", execution.Readiness)),
    };
}
