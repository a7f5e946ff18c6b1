using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Jobs.Hosting;

/// <summary>
/// The storages that the servers of this process work on. Both are the same tables. Agent tasks have one of their own, so
/// that a delivery wakes the workers of its queue alone, and those few ask less often by themselves.
/// </summary>
internal sealed class StepStorages(JobStorage steps, Database database, OrchestratorOptions options)
{
    private static readonly HashSet<string> AgentQueues = [.. Lanes.ServedBy([AgentTaskAction.OwnQueue])];

    private readonly Lazy<JobStorage> _agents = new(() =>
    {
        var settings = Settings(TimeSpan.FromSeconds(20));
        return new PostgreSqlStorage(new NpgsqlConnectionFactory(database.ConnectionString, settings), settings);
    });

    public JobStorage Steps => steps;

    /// <summary>Null: agent tasks are not worked on here, or by the workers of everything else.</summary>
    public JobStorage? Agents => options.Agents.MaxConcurrent > 0
        && options.Queues.Contains(StepJobRows.DefaultQueue) && !options.Queues.Contains(AgentTaskAction.OwnQueue) ? _agents.Value : null;

    /// <param name="poll">How often idle workers look by themselves: a signal that got lost costs a step so long.</param>
    public static PostgreSqlStorageOptions Settings(TimeSpan poll) => new()
    {
        SchemaName = "hangfire",
        PrepareSchemaIfNecessary = false,
        QueuePollInterval = poll,
        UseSlidingInvisibilityTimeout = true,
    };

    /// <summary>The storage whose workers serve this Hangfire queue.</summary>
    public JobStorage Of(string queue) => AgentQueues.Contains(queue) && Agents is { } agents ? agents : Steps;
}
