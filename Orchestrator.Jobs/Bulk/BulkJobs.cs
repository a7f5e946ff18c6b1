using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Npgsql;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Bulk;

/// <summary>
/// Makes many Hangfire jobs in one statement, which Hangfire's own client can't, and on request in a transaction of the
/// caller's. The rows are those that the client leaves; they are performed, shown, retried and deleted like any others.
/// Client filters don't run: a job has the caller's culture and the queue that it names itself, and nothing else.
/// </summary>
public sealed class BulkJobs
{
    /// <summary>Jobs in a statement.</summary>
    private const int BatchSize = 1000;

    private readonly Database _database;
    private readonly DeliverySignal _signal;

    internal BulkJobs(Database database, DeliverySignal signal) => (_database, _signal) = (database, signal);

    /// <summary>Enqueues a call for each of them, in their order.</summary>
    /// <typeparam name="T">The class that the worker's activator makes.</typeparam>
    /// <param name="calls">What to call, as Hangfire's client takes it.</param>
    /// <param name="transaction">
    /// The jobs exist if and only if it is committed, and workers hear of them then; null: one of their own.
    /// </param>
    /// <param name="cancellationToken">Gives up; without a transaction of the caller's, all of them are made or none.</param>
    /// <returns>Hangfire's ids of the jobs.</returns>
    /// <exception cref="ArgumentException">A call can't be stored.</exception>
    /// <exception cref="NpgsqlException">The database could not be reached or refused it.</exception>
    public Task<IReadOnlyList<string>> EnqueueAsync<T>(
        IEnumerable<Expression<Action<T>>> calls, NpgsqlTransaction? transaction = null, CancellationToken cancellationToken = default) =>
        EnqueueAsync([.. calls.Select(Job.FromExpression)], transaction, cancellationToken);

    /// <inheritdoc cref="EnqueueAsync{T}"/>
    /// <param name="jobs">What to call, each in the queue that it names, else in <c>default</c>.</param>
    public async Task<IReadOnlyList<string>> EnqueueAsync(
        IReadOnlyList<Job> jobs, NpgsqlTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var ids = new List<string>(jobs.Count);
        if (jobs.Count == 0)
        {
            return ids;
        }

        if (transaction is not null)
        {
            await InsertAllAsync(transaction.Connection ?? throw new ArgumentException("The transaction has ended.", nameof(transaction)));
            await DeliverySignal.AtCommitAsync(transaction.Connection, cancellationToken);
            return ids;
        }

        await using var connection = await _database.Source.OpenConnectionAsync(cancellationToken);
        await using var own = await connection.BeginTransactionAsync(cancellationToken);
        await InsertAllAsync(connection);
        await own.CommitAsync(cancellationToken);
        _signal.Delivered([.. jobs.Select(QueueOf).Distinct()]);
        return ids;

        async Task InsertAllAsync(NpgsqlConnection on)
        {
            foreach (var batch in jobs.Chunk(BatchSize))
            {
                await InsertAsync(on, batch, ids, cancellationToken);
            }
        }
    }

    private static string QueueOf(Job job) => job.Queue ?? EnqueuedState.DefaultQueue;

    private static async Task InsertAsync(NpgsqlConnection connection, Job[] jobs, List<string> ids, CancellationToken cancellationToken)
    {
        var data = Array.ConvertAll(jobs, InvocationData.SerializeJob);
        await using var command = new NpgsqlCommand(SqlText.Load("EnqueueJobs"), connection);
        command.Parameters
            .Texts(Array.ConvertAll(data, InvocationRows.Invocation))
            .Texts(Array.ConvertAll(data, InvocationRows.Arguments))
            .Texts(Array.ConvertAll(jobs, QueueOf))
            .Texts(["CurrentCulture", "CurrentUICulture"])
            .Texts([CultureParameter(CultureInfo.CurrentCulture), CultureParameter(CultureInfo.CurrentUICulture)]);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            ids.Add(row.GetInt64(0).ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>As Hangfire's own filter keeps it.</summary>
    private static string CultureParameter(CultureInfo culture) => JsonSerializer.Serialize(culture.Name);
}
