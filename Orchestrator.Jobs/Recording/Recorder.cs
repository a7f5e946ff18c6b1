using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;
using Orchestrator.Jobs.Watching;
using Orchestrator.Shared;

namespace Orchestrator.Jobs.Recording;

/// <summary>
/// Writes what attempts came to and what follows from it: one transaction for all recordings that come in while the
/// one before is under way. A run's recordings go through one lane, so that they meet in one batch and not at its lock.
/// <para>
/// A crash before the commit leaves the steps running under a dead worker's lease; after it, all is written.
/// </para>
/// </summary>
internal sealed class Recorder
{
    private const int Lanes = 2;
    private const int MaxBatch = 100;

    private readonly Database _database;
    private readonly RunLoader _loader;
    private readonly DeliverySignal _signal;
    private readonly NearTimers _timers;
    private readonly OrchestratorOptions _options;
    private readonly StepJobRows _rows;
    private readonly RunSignals _watchers;
    private readonly CycleSignal _cycles;
    private readonly TimeProvider _time;
    private readonly ILogger<Recorder> _log;
    private readonly Coalescer<Recording, RecordingAnswer>[] _lanes;

    public Recorder(
        Database database, RunLoader loader, DeliverySignal signal, NearTimers timers, StepJobRows rows, RunSignals watchers, CycleSignal cycles,
        OrchestratorOptions options, TimeProvider time, ILogger<Recorder> log)
    {
        (_database, _loader, _signal, _timers, _rows, _watchers, _cycles, _options, _time, _log) =
            (database, loader, signal, timers, rows, watchers, cycles, options, time, log);

        // What does not pass by itself may be one recording's fault: the others are then written without it.
        _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new Coalescer<Recording, RecordingAnswer>(
            RecordAllAsync, MaxBatch, lanes: 1, error => !Retry.IsPassing(error)))];
    }

    /// <summary>
    /// Returns once it is written. While the database can't be reached it tries again until the lease has certainly
    /// run out; then it throws what stood in the way, and the sweeper gives the step to another worker.
    /// </summary>
    public Task<RecordingAnswer> RecordAsync(Recording recording) =>
        _lanes[(uint)recording.Memory.Run.Id.GetHashCode() % Lanes].SubmitAsync(recording);

    private async Task<IReadOnlyList<RecordingAnswer>> RecordAllAsync(IReadOnlyList<Recording> recordings)
    {
        var batch = new RecordingBatch(recordings, _loader, _rows, _options.Lease, _time);
        await Retry.WhileUnreachableAsync(
            async () =>
            {
                await using var connection = await _database.Keyed.OpenConnectionAsync();
                await batch.WriteAsync(connection);
            },
            _options.Lease,
            _time,
            (error, wait) => Log.CannotRecord(_log, recordings.Count, wait.TotalMilliseconds, error.Message));
        _signal.Delivered(batch.Queues);
        _watchers.Changed(recordings, recording => recording.Memory.Run.Id);
        if (batch.EndsRunOf(CycleStep.Trigger))
        {
            _cycles.Set();
        }

        if (batch.EndsRunOf(ParentStep.Trigger) || batch.FreesSlot)
        {
            _timers.Expect(TimeSpan.Zero);
        }

        foreach (var verdict in recordings.SelectMany(recording => recording.Steps).Select(step => step.Verdict))
        {
            if (verdict is VerdictRetry { Delay: var retry })
            {
                _timers.Expect(retry);
            }
            else if (verdict is VerdictWait { IsTimer: false, LookIn: var wait })
            {
                _timers.Expect(wait);
            }
        }

        foreach (var (tenant, job, due) in batch.Timers)
        {
            _timers.Start(tenant, job, due);
        }

        if (batch.HasReleased)
        {
            _timers.Expect(TimeSpan.Zero);
        }

        return batch.Answers;
    }
}
