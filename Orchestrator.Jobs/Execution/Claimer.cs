using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;
using Orchestrator.Jobs.Watching;
using Orchestrator.Shared;

namespace Orchestrator.Jobs.Execution;

/// <summary>
/// Starts attempts: takes a step's lease and raises its attempt number, in one statement for all workers that ask at
/// the same moment. A crash after it leaves the step running under a lease whose worker is dead: the sweeper's case.
/// </summary>
internal sealed class Claimer
{
    private const int MaxBatch = 200;

    private readonly Database _database;
    private readonly WorkerPresence _presence;
    private readonly RunSignals _watchers;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _time;
    private readonly ILogger<Claimer> _log;
    private readonly Coalescer<(string Tenant, JobId Job), ClaimedStep?> _claims;

    public Claimer(
        Database database, WorkerPresence presence, RunSignals watchers, OrchestratorOptions options, TimeProvider time,
        ILogger<Claimer> log)
    {
        (_database, _presence, _watchers, _lease, _time, _log) = (database, presence, watchers, options.Lease, time, log);
        _claims = new Coalescer<(string, JobId), ClaimedStep?>(ClaimAllAsync, MaxBatch, lanes: 2);
    }

    /// <summary>
    /// The attempt; null: the step may not start (it has ended, is under way, or its run does not go on). While the
    /// database can't be reached it tries again for a lease's time: a delivery given up would be made again only by the
    /// sweeper's slowest look. A claim whose answer was lost is not found again; its lease runs out.
    /// </summary>
    public Task<ClaimedStep?> ClaimAsync(string tenant, JobId job, CancellationToken cancellationToken) =>
        _claims.SubmitAsync((tenant, job), cancellationToken);

    private async Task<IReadOnlyList<ClaimedStep?>> ClaimAllAsync(IReadOnlyList<(string Tenant, JobId Job)> wanted)
    {
        // A step delivered twice at the same moment is claimed for the first of the two.
        var distinct = wanted.Distinct().ToArray();
        var claimed = new Dictionary<(string, JobId), ClaimedStep>(distinct.Length);
        await Retry.WhileUnreachableAsync(
            () => ClaimAsync(distinct, claimed),
            _lease,
            _time,
            (error, wait) => Log.CannotClaim(_log, distinct.Length, wait.TotalMilliseconds, error.Message));
        _watchers.Changed(claimed.Keys, claim => claim.Item2.Run);
        return [.. wanted.Select(want => claimed.Remove(want, out var step) ? step : null)];
    }

    private async Task ClaimAsync((string Tenant, JobId Job)[] distinct, Dictionary<(string, JobId), ClaimedStep> claimed)
    {
        if (!_presence.IsHere)
        {
            // Under a number that others may have given up, the steps would be taken back at once.
            throw new TimeoutException("This worker has lost the connection that says that it is alive, and is making it again.");
        }

        var worker = _presence.Id;
        await using var command = _database.Keyed.CreateCommand(Statements.Claim);
        command.Parameters
            .Texts(Array.ConvertAll(distinct, want => want.Tenant))
            .Uuids(Array.ConvertAll(distinct, want => want.Job.Value))
            .Uuids(Array.ConvertAll(distinct, want => want.Job.Run.Value))
            .One(worker)
            .One(_lease);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var step = Read(reader, worker);
            claimed[(step.Run.Tenant, step.Job)] = step;
        }
    }

    private static ClaimedStep Read(NpgsqlDataReader row, int worker)
    {
        var job = new JobId(row.GetGuid(1));
        return new ClaimedStep
        {
            Job = job,
            Attempt = row.GetInt16(2),
            Lost = row.GetInt16(3),
            MaxAttempts = row.GetInt16(4),
            StartedAt = row.GetDateTime(5),
            Queue = row.GetString(6),
            Worker = worker,
            BaseAttempts = row.GetInt16(13),
            Resets = row.GetInt16(14),
            Place = Places.Read(row, 16, 17),
            Phase = row.IsDBNull(18) ? null : row.GetString(18),
            Run = new RunInfo
            {
                Tenant = row.GetString(0),
                Id = job.Run,
                WorkflowKey = row.GetString(7),
                WorkflowVersion = row.GetInt32(8),
                UserId = row.IsDBNull(9) ? null : row.GetString(9),
                IntentId = row.IsDBNull(10) ? null : row.GetString(10),
                CreatedAt = row.GetDateTime(11),
                Trigger = row.GetString(12),
                Priority = row.GetInt16(15),
            },
        };
    }
}
