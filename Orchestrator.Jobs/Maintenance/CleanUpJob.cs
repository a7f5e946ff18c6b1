using Dapper;
using Hangfire;
using Hangfire.Server;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>
/// The recurring jobs <c>orchestrator:clean-up</c> and <c>orchestrator:lock-clean-up</c>, hourly and every quarter of an hour
/// (seed 000): remove what is kept for a time only. A statement of each kind takes at most <see cref="Batch"/> rows and is
/// repeated while it finds that many, so that no row is locked for long; two at a time leave each other's rows alone. Stopped
/// anywhere, the next one goes on.
/// </summary>
[AutomaticRetry(Attempts = 3)]
public sealed class CleanUpJob
{
    internal const string RecurringId = "orchestrator:clean-up";
    internal const string LocksRecurringId = "orchestrator:lock-clean-up";
    internal const int Batch = 1000;

    /// <summary>What nobody needs of a run that has succeeded or was cancelled; of a failed one, which may go on, it is kept.</summary>
    private static readonly TimeSpan OfEndedRuns = TimeSpan.FromDays(7);

    /// <summary>What is removed, and after which time: a statement of <c>Sql/</c> with <c>@age</c> and <c>@batch</c>.</summary>
    private static readonly (string Statement, TimeSpan Age)[] Kinds =
    [
        ("ForgetIdempotencyKeys", TimeSpan.FromHours(24)),
        ("ForgetStepKeys", TimeSpan.FromHours(24)),
        ("ForgetIdempotentAnswers", TimeSpan.FromHours(24)),
        ("ForgetFullBuckets", TimeSpan.FromHours(24)),
        ("ForgetEvaluations", TimeSpan.FromDays(7)),
        ("ForgetEventWaits", TimeSpan.Zero),
        ("ForgetTakenEvents", OfEndedRuns),
        ("ForgetSignals", OfEndedRuns),
        ("ForgetApprovals", OfEndedRuns),
        ("ForgetEndedRecoveries", OfEndedRuns),
        ("ForgetSlots", OfEndedRuns),
    ];

    /// <summary>A caller may be about to take the lock over, and finds the row or the later token.</summary>
    private static readonly TimeSpan AgeOfLocks = TimeSpan.FromMinutes(1);

    private readonly Database _database;

    internal CleanUpJob(Database database) => _database = database;

    /// <summary>Removes everything whose time is over, but locks.</summary>
    public async Task Run(PerformContext context)
    {
        foreach (var (statement, age) in Kinds)
        {
            await RemoveAllAsync(statement, age, context.CancellationToken.ShutdownToken);
        }
    }

    /// <summary>Removes locks that expired or were released.</summary>
    public Task Locks(PerformContext context) => RemoveAllAsync("ForgetExpiredLocks", AgeOfLocks, context.CancellationToken.ShutdownToken);

    private async Task RemoveAllAsync(string statement, TimeSpan age, CancellationToken stop)
    {
        while (await RemoveAsync(statement, age, stop) == Batch)
        {
            stop.ThrowIfCancellationRequested();
        }
    }

    private async Task<int> RemoveAsync(string statement, TimeSpan age, CancellationToken cancellationToken)
    {
        await using var connection = await _database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            SqlText.Load(statement), new { age, batch = Batch }, cancellationToken: cancellationToken));
    }
}
