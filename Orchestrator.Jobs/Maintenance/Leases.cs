using System.Collections.Concurrent;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>
/// The steps that this process works on now. Their leases are renewed; a lease that nobody here holds any more runs
/// out, and the sweeper gives the step to another worker. An attempt can be told to stop.
/// </summary>
internal sealed class Leases
{
    private readonly ConcurrentDictionary<(string Tenant, JobId Job), Attempt> _held = new();

    public IReadOnlyCollection<(string Tenant, JobId Job)> Held => [.. _held.Keys];

    /// <summary>The locks of attempts under way, each with its step: they are renewed with the leases.</summary>
    public IReadOnlyCollection<(StepLock Lock, JobId Job)> HeldLocks =>
        [.. _held.Where(held => held.Value.Lock is not null).Select(held => (held.Value.Lock!, held.Key.Job))];

    /// <param name="tenant">Whose step it is.</param>
    /// <param name="job">The step's job.</param>
    /// <param name="over">Stops every attempt.</param>
    public Lease Hold(string tenant, JobId job, CancellationToken over) => new(this, tenant, job, over);

    /// <summary>Cancels the token of the step's attempt, where one is under way here.</summary>
    public void Stop(string tenant, JobId job)
    {
        if (_held.TryGetValue((tenant, job), out var attempt))
        {
            attempt.Stop();
        }
    }

    /// <summary>Held until disposed; moves with a worker from step to step, each with a token of its own.</summary>
    internal sealed class Lease : IDisposable
    {
        private readonly Leases _leases;
        private readonly string _tenant;
        private readonly CancellationToken _over;
        private JobId _job;
        private Attempt _attempt;

        public Lease(Leases leases, string tenant, JobId job, CancellationToken over)
        {
            (_leases, _tenant, _job, _over) = (leases, tenant, job, over);
            _leases._held[(tenant, job)] = _attempt = new Attempt(over);
        }

        /// <summary>The step that it is with now.</summary>
        public JobId Job => _job;

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

        public void MoveTo(JobId job)
        {
            if (job != _job)
            {
                var (ended, next) = (_attempt, new Attempt(_over));
                _leases._held[(_tenant, job)] = next;
                Remove(ended);
                (_job, _attempt) = (job, next);
            }
        }

        public void Dispose() => Remove(_attempt);

        private void Remove(Attempt attempt)
        {
            _leases._held.TryRemove(new((_tenant, _job), attempt));
            attempt.Dispose();
        }
    }

    private sealed class Attempt(CancellationToken over) : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(over);
        private bool _hasEnded;

        public CancellationToken Token => _source.Token;

        public volatile bool IsStopped;

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
}
