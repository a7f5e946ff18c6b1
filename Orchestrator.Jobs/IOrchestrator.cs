using Npgsql;
using Orchestrator.Jobs.Dispatch;

namespace Orchestrator.Jobs;

/// <summary>
/// Starts runs and tells about them, in any service of a host with
/// <see cref="Hosting.OrchestratorServiceCollectionExtensions"/>.<c>AddOrchestrator</c>. Usable once the host is starting its
/// services. All of it is safe from any thread.
/// </summary>
public interface IOrchestrator
{
    /// <summary>Starts a run. Once this returns it goes through, whatever dies.</summary>
    /// <exception cref="DispatchRefusedException">The request is wrong: an unknown workflow, inputs that don't fit, a key used for another request. Trying again as it is would be refused again.</exception>
    /// <exception cref="NpgsqlException">The database can't be reached. With an idempotency key it is safe to try again.</exception>
    Task<DispatchedRun> DispatchAsync(RunRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Starts a run in your transaction: it exists if and only if what you write with it does, and is seen by workers when you
    /// commit. With Entity Framework Core: <c>(NpgsqlTransaction)database.CurrentTransaction.GetDbTransaction()</c>.
    /// </summary>
    /// <param name="request">The run.</param>
    /// <param name="transaction">On any connection to the orchestrator's database; its <c>search_path</c> does not matter.</param>
    /// <param name="cancellationToken">Gives up; the transaction is then to be rolled back.</param>
    /// <exception cref="DispatchRefusedException">As above; the transaction can go on without the run.</exception>
    /// <exception cref="PostgresException">
    /// The transaction was broken off, as any statement's may be: under <c>repeatable read</c> and <c>serializable</c> also by
    /// somebody else's use of the same idempotency key at the same time. Roll back, and try the whole again.
    /// </exception>
    Task<DispatchedRun> DispatchAsync(RunRequest request, NpgsqlTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>Starts many runs, all or none, a few hundred a statement.</summary>
    /// <returns>In the order of the requests.</returns>
    /// <exception cref="DispatchRefusedException">One is wrong; <see cref="DispatchRefusedException.Index"/> says which.</exception>
    Task<IReadOnlyList<DispatchedRun>> DispatchManyAsync(IReadOnlyList<RunRequest> requests, CancellationToken cancellationToken = default);

    /// <summary>The same in your transaction.</summary>
    /// <inheritdoc cref="DispatchManyAsync(IReadOnlyList{RunRequest}, CancellationToken)"/>
    Task<IReadOnlyList<DispatchedRun>> DispatchManyAsync(
        IReadOnlyList<RunRequest> requests, NpgsqlTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>A run; null: the tenant has none of that id.</summary>
    Task<WorkflowRun?> FindAsync(Guid run, string tenant = DispatchRequest.DefaultTenant, CancellationToken cancellationToken = default);

    /// <summary>Runs, newest first, a page at a time.</summary>
    Task<RunPage> ListAsync(RunQuery query, CancellationToken cancellationToken = default);

    /// <summary>A run's steps in the order of its file; none: the tenant has no such run.</summary>
    Task<IReadOnlyList<WorkflowStep>> GetStepsAsync(Guid run, string tenant = DispatchRequest.DefaultTenant, CancellationToken cancellationToken = default);

    /// <summary>The run, once it has ended, well or not; looked at a few times a second until then.</summary>
    /// <exception cref="KeyNotFoundException">The tenant has no such run. One of an open transaction is not there yet.</exception>
    Task<WorkflowRun> WaitAsync(Guid run, string tenant = DispatchRequest.DefaultTenant, CancellationToken cancellationToken = default);
}
