using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Recording;

/// <content>Steps that could start: on their way, with a worker, or held.</content>
internal sealed partial class RecordRows
{
    /// <summary>A step that may start: on its way to a worker, or with the worker that made it ready.</summary>
    /// <param name="run">Its run.</param>
    /// <param name="step">The step.</param>
    /// <param name="lane">The Hangfire queue that it goes into; null: none, its run is paused.</param>
    /// <param name="taker">The recording whose worker goes on with it; null: it takes the queue.</param>
    /// <param name="attempts">Attempts before this one.</param>
    /// <param name="hasJob">It has a Hangfire job, from an earlier turn or attempt.</param>
    /// <param name="hasPlace">It counts as under way; null: its run does not count.</param>
    public void AddReady(RunInfo run, StepCount step, string? lane, Recording? taker, int attempts, bool hasJob, bool? hasPlace)
    {
        var write = Ready(run, step, taker is null ? StepState.Queued : StepState.Running, attempts, hasPlace);
        if (taker is null && lane is null)
        {
            _steps.Add(write);
        }
        else if (taker is null)
        {
            _queues.Add(lane!);
            _steps.Add(write with { Hangfire = hasJob ? "requeue" : "enqueue", StateName = "Enqueued" });
        }
        else
        {
            _steps.Add(write with
            {
                Attempts = write.Attempts + 1,
                LeaseOwner = taker.Worker,
                Hangfire = hasJob ? "reprocess" : "process",
                ProcessingData = Processing(taker.ServerId, time.GetUtcNow().UtcDateTime),
            });
        }
    }

    /// <summary>A step that may start as soon as its run has a slot; what admits the run makes it due.</summary>
    /// <inheritdoc cref="AddReady"/>
    /// <param name="key">Whose slot that is.</param>
    public void AddInLine(RunInfo run, StepCount step, string key, int attempts, bool hasJob, bool? hasPlace) =>
        _steps.Add(Ready(run, step, StepState.Waiting, attempts, hasPlace) with
        {
            WaitingFor = "slot:" + key,
            Hangfire = hasJob ? "settle" : "schedule",
            StateName = "Awaiting",
            Reason = $"Waits for a slot of '{key}'",
            StateData = "{}",
        });

    /// <summary>A step that could start, while as many are under way as may be.</summary>
    public void AddHeld(RunInfo run, StepCount step, int attempts) =>
        _steps.Add(new StepWrite(run.Tenant, run.Id.Job(step.Step), StepState.Waiting, step.Pending, step.Present)
        {
            Attempts = attempts,
            WaitingFor = "max_parallel",
            HasPlace = false,
        });

    /// <summary>A step that is ready and begins with a wait.</summary>
    public void AddParked(RunInfo run, StepCount step, TimeSpan wait)
    {
        var job = run.Id.Job(step.Step);
        _timers.Add((run.Tenant, job, wait));
        _steps.Add(new StepWrite(run.Tenant, job, StepState.Waiting, step.Pending, step.Present)
        {
            RetryMs = wait.TotalMilliseconds,
            WaitingFor = VerdictWait.Timer,
            Phase = StepPhase.Wait,
            Hangfire = "schedule",
            StateName = "Scheduled",
            Reason = "It begins with a wait",
        });
    }

    /// <summary>A step that waits for less than before.</summary>
    public void AddCount(RunInfo run, StepCount step) =>
        _steps.Add(new StepWrite(run.Tenant, run.Id.Job(step.Step), StepState.Waiting, step.Pending, step.Present) { WaitingFor = "dependencies" });

    /// <summary>A step that opens blocks which end in the same batch is written once.</summary>
    private StepWrite Ready(RunInfo run, StepCount step, StepState state, int attempts, bool? hasPlace)
    {
        var write = new StepWrite(run.Tenant, run.Id.Job(step.Step), state, step.Pending, step.Present) { Attempts = attempts, HasPlace = hasPlace };
        if (_steps.FindIndex(one => one.Tenant == write.Tenant && one.Job == write.Job) is >= 0 and var before)
        {
            write = write with { Attempts = _steps[before].Attempts, Phase = _steps[before].Phase };
            _steps.RemoveAt(before);
        }

        return write;
    }
}
