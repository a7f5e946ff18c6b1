using Dapper;
using Hangfire;
using Hangfire.Server;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>
/// The recurring job <c>orchestrator:clean-up</c>: removes what is kept for a time only. A statement of each kind takes
/// at most <see cref="Batch"/> rows and is repeated while it finds that many, so that no lock is held for long; two at
/// a time leave each other's rows alone. Stopped anywhere, the next one goes on.
/// </summary>
[AutomaticRetry(Attempts = 3)]
public sealed class CleanUpJob
{
    internal const string RecurringId = "orchestrator:clean-up";
    internal const int Batch = 1000;

    /// <summary>What is removed, and after which time: a statement of <c>Sql/</c> with <c>@age</c> and <c>@batch</c>.</summary>
    private static readonly (string Statement, TimeSpan Age)[] Kinds =
    [
        ("ForgetIdempotencyKeys", TimeSpan.FromHours(24)),
        ("ForgetIdempotentAnswers", TimeSpan.FromHours(24)),
        ("ForgetFullBuckets", TimeSpan.FromHours(24)),
    ];

    private readonly Database _database;

    internal CleanUpJob(Database database) => _database = database;

    /// <summary>Removes everything whose time is over.</summary>
    public async Task Run(PerformContext context)
    {
        var stop = context.CancellationToken.ShutdownToken;
        foreach (var (statement, age) in Kinds)
        {
            while (await RemoveAsync(statement, age, stop) == Batch)
            {
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<int> RemoveAsync(string statement, TimeSpan age, CancellationToken cancellationToken)
    {
        await using var connection = await _database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            SqlText.Load(statement), new { age, batch = Batch }, cancellationToken: cancellationToken));
    }
}
