using System.Collections.Concurrent;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>
/// The steps that this process works on now. Their leases are renewed; a lease that nobody here holds any more runs
/// out, and the sweeper gives the step to another worker.
/// </summary>
internal sealed class Leases
{
    private readonly ConcurrentDictionary<JobId, byte> _held = new();

    public IReadOnlyCollection<JobId> Held => [.. _held.Keys];

    public Lease Hold(JobId job) => new(this, job);

    /// <summary>Held until disposed; moves with a worker from step to step.</summary>
    internal sealed class Lease : IDisposable
    {
        private readonly Leases _leases;
        private JobId _job;

        public Lease(Leases leases, JobId job)
        {
            (_leases, _job) = (leases, job);
            _leases._held[job] = 0;
        }

        public void MoveTo(JobId job)
        {
            if (job != _job)
            {
                _leases._held[job] = 0;
                _leases._held.TryRemove(_job, out _);
                _job = job;
            }
        }

        public void Dispose() => _leases._held.TryRemove(_job, out _);
    }
}
