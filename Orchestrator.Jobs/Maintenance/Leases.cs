using System.Collections.Concurrent;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>
/// The steps that this process works on now. Their leases are renewed; a lease that nobody here holds any more runs
/// out, and the sweeper gives the step to another worker. An attempt can be told to stop.
/// </summary>
internal sealed class Leases
{
    private readonly ConcurrentDictionary<(string Tenant, JobId Job), HeldAttempt> _held = new();

    public IReadOnlyList<HeldAttempt> Held => [.. _held.Values];

    /// <param name="claimed">The step.</param>
    /// <param name="over">Stops every attempt.</param>
    public Lease Hold(ClaimedStep claimed, CancellationToken over) => new(this, claimed, over);

    /// <summary>Cancels the token of the step's attempt, where one is under way here.</summary>
    public void Stop(string tenant, JobId job)
    {
        if (_held.TryGetValue((tenant, job), out var attempt))
        {
            attempt.Stop();
        }
    }

    /// <summary>An attempt that was here before has lost its step: it was claimed anew.</summary>
    private HeldAttempt Enter(ClaimedStep claimed, CancellationToken over)
    {
        var attempt = new HeldAttempt(claimed.Run.Tenant, claimed.Job, claimed.Worker, over);
        return _held.AddOrUpdate((attempt.Tenant, attempt.Job), attempt, (_, before) =>
        {
            before.Stop();
            return attempt;
        });
    }

    private void Leave(HeldAttempt attempt)
    {
        _held.TryRemove(new((attempt.Tenant, attempt.Job), attempt));
        attempt.Dispose();
    }

    /// <summary>Held until disposed; moves with a worker from step to step, and from turn to turn, each with a token of its own.</summary>
    internal sealed class Lease(Leases leases, ClaimedStep claimed, CancellationToken over) : IDisposable
    {
        private HeldAttempt _attempt = leases.Enter(claimed, over);

        /// <summary>The step that it is with now.</summary>
        public JobId Job => _attempt.Job;

        /// <summary>Cancelled when the attempt is to stop.</summary>
        public CancellationToken Token => _attempt.Token;

        /// <summary>The lock that the attempt holds; null: none, or given back.</summary>
        public StepLock? Lock
        {
            get => _attempt.Lock;
            set => _attempt.Lock = value;
        }

        /// <summary>This very attempt was told to stop; not: all of them.</summary>
        public bool IsStopped => _attempt.IsStopped;

        public void MoveTo(ClaimedStep next)
        {
            var ended = _attempt;
            _attempt = leases.Enter(next, over);
            leases.Leave(ended);
        }

        public void Dispose() => leases.Leave(_attempt);
    }
}

/// <summary>An attempt under way in this process.</summary>
internal sealed class HeldAttempt(string tenant, JobId job, int worker, CancellationToken over) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(over);
    private bool _hasEnded;

    public string Tenant { get; } = tenant;

    public JobId Job { get; } = job;

    /// <summary>The number under which the step was claimed.</summary>
    public int Worker { get; } = worker;

    public CancellationToken Token => _source.Token;

    public volatile bool IsStopped;

    /// <summary>The lock that it holds; null: none, or given back.</summary>
    public volatile StepLock? Lock;

    public void Stop()
    {
        lock (_lock)
        {
            if (!_hasEnded)
            {
                IsStopped = true;
                _source.Cancel();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _hasEnded = true;
            _source.Dispose();
        }
    }
}
