using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Operators;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Execution;

/// <summary>
/// The way of a delivered step: claim → run → classify → record → continue, for as long as the run stays here.
/// A crash before the claim leaves the delivery to be made again; after it, a lease whose worker is dead; after the
/// recording, nothing.
/// </summary>
internal sealed class StepRunner(
    Claimer claimer, Leases leases, WorkflowCatalog workflows, RunLoader loader, Admission admission, ExclusiveLocks locks, AttemptMaker attempts, Recorder recorder, GivingBack givingBack,
    HangfireActions actions, StayLimits limits, OrchestratorOptions options, TimeProvider time, ILogger<StepRunner> log)
{
    /// <summary>Runs the step and what it makes ready; returns when nothing is left for this worker.</summary>
    /// <param name="tenant">Whose run it is.</param>
    /// <param name="job">The step's job.</param>
    /// <param name="serverId">Name of the Hangfire server that delivered it.</param>
    /// <param name="drain">How it ends when the service stops.</param>
    public async Task RunAsync(string tenant, JobId job, string serverId, Drain drain)
    {
        var claimed = await claimer.ClaimAsync(tenant, job, drain.Over);
        if (claimed is null)
        {
            // A delivery that is doubled or late, or one that an operator has asked for. What he has brought forward may have
            // been so by somebody else, who was told of it sooner; this delivery is the step's all the same.
            var action = await actions.ReactAsync(tenant, job, drain.Over);
            claimed = action is OperatorAction.BringForward or OperatorAction.None ? await claimer.ClaimAsync(tenant, job, drain.Over) : null;
        }

        if (claimed is not null)
        {
            await RunAsync(claimed, serverId, goesOn: true, drain);
        }
    }

    /// <summary>
    /// The next turn of a step that waits for nothing but the time, which has come: without the trip through the queue, and so
    /// without a worker of the queue; what it makes ready takes the queue again. False: it was not to be had.
    /// </summary>
    public async Task<bool> WakeAsync(string tenant, JobId job, Drain drain)
    {
        if (await claimer.ClaimAsync(tenant, job, drain.Over) is not { } claimed)
        {
            return false;
        }

        await RunAsync(claimed, serverId: "", goesOn: false, drain);
        return true;
    }

    private async Task RunAsync(ClaimedStep claimed, string serverId, bool goesOn, Drain drain)
    {
        using var lease = leases.Hold(claimed, drain.Over);
        try
        {
            await RunAsync(claimed, lease, serverId, goesOn, drain);
        }
        catch (Exception) when (lease.IsStopped)
        {
            Log.AttemptStopped(log, claimed.Run.Id, lease.Job.StepIndex);
        }
        finally
        {
            await ReleaseAsync(lease);
        }
    }

    private async Task RunAsync(ClaimedStep? claimed, Leases.Lease lease, string serverId, bool goesOn, Drain drain)
    {
        if (await ReadWorkflowAsync(claimed!, serverId, lease.Token) is not { } workflow)
        {
            return;
        }

        var stay = new Stay(workflow, new RunMemory(claimed!.Run), time, limits);
        while (claimed is not null)
        {
            stay.Add(await PerformAsync(stay, claimed, lease));
            await EvaluateAheadAsync(stay, lease.Token);
            var answer = await recorder.RecordAsync(new Recording.Recording
            {
                Memory = stay.Memory,
                Workflow = workflow,
                Steps = stay.TakeUnwritten(),
                Worker = claimed.Worker,
                Queue = claimed.Queue,
                WantsNext = goesOn && stay.MayGoOn && !drain.HasBegun,
                ServerId = serverId,
            });
            stay.Memory.ForgetWhatChanges(workflow.SetsVariables);
            if (answer.IsRecorded)
            {
                // Given back by the recording.
                lease.Lock = null;
            }

            await ReleaseAsync(lease);
            claimed = answer.Next;
            if (claimed is not null)
            {
                lease.MoveTo(claimed);
            }
        }
    }

    /// <summary>The step's workflow; null: this process can't read it, and has given the step back.</summary>
    private async Task<LoadedWorkflow?> ReadWorkflowAsync(ClaimedStep claimed, string serverId, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(() => workflows.GetAsync(
                claimed.Run.Tenant, claimed.Run.WorkflowKey, claimed.Run.WorkflowVersion, cancellationToken));
        }
        catch (UnreadableWorkflowException e)
        {
            Log.GivenBack(log, claimed.Run.Id, claimed.Job.StepIndex, e.Message);
            await givingBack.GiveAsync(claimed, serverId, e.Message);
            return null;
        }
    }

    private async Task<StepRecord> PerformAsync(Stay stay, ClaimedStep claimed, Leases.Lease lease)
    {
        await LoadAsync(stay, claimed.Job.StepIndex, claimed.Place, claimed.Phase, lease.Token);
        var index = claimed.Definition;

        // A step that goes on was admitted when it started.
        if (!stay.Workflow.Step(index).IsLimited || claimed.Phase is not null)
        {
            return await attempts.MakeAsync(stay.Workflow, stay.Memory, claimed, held: null, lease.Token);
        }

        switch (await admission.AskAsync(stay.Workflow, stay.Memory, claimed, lease.Token))
        {
            case Admitted admitted:
                lease.Lock = admitted.Lock;
                await LoadAgainAsync(stay, claimed, admitted.Lock, lease.Token);
                return await attempts.MakeAsync(stay.Workflow, stay.Memory, claimed, admitted.Lock, lease.Token);
            case NotYet notYet:
                return attempts.Park(claimed, notYet.Wait);
            case NotAdmissible never:
                return attempts.Refuse(stay.Workflow.Step(index), claimed, never.Failure);
            case var other:
                throw new InvalidOperationException($"{other} is no answer to an admission.");
        }
    }

    /// <summary>Gives back the lock of an attempt that is over and was not recorded here.</summary>
    private async Task ReleaseAsync(Leases.Lease lease)
    {
        if (lease.Lock is not { } held)
        {
            return;
        }

        try
        {
            lease.Lock = null;
            await locks.ReleaseAsync(held);
        }
        catch (Exception e) when (Retry.IsPassing(e))
        {
            Log.LockKept(log, held.Key, e.Message);
        }
    }

    /// <summary>
    /// Steps without effect that what has ended here makes ready: nothing of them is written yet. One that does not end by
    /// this (it fails into another step, or is to be tried again) is left to a worker that claims it, as if it had not been
    /// looked at.
    /// </summary>
    private async Task EvaluateAheadAsync(Stay stay, CancellationToken cancellationToken)
    {
        while (stay.NextToEvaluate() is { } index)
        {
            await LoadAsync(stay, index.Number, index.Place, null, cancellationToken);
            var record = await attempts.EvaluateAsync(stay.Workflow, stay.Memory, index.Number, index.Place, cancellationToken);
            if (record.Verdict is VerdictSuccess or VerdictSkip or VerdictDead)
            {
                stay.Add(record);
            }
        }
    }

    /// <summary>Who has a lock sees what those before it have assigned under it, also since this step was loaded.</summary>
    private async Task LoadAgainAsync(Stay stay, ClaimedStep claimed, StepLock? held, CancellationToken cancellationToken)
    {
        if (held is not null)
        {
            stay.Memory.ForgetWhatChanges(stay.Workflow.SetsVariables);
            await LoadAsync(stay, claimed.Job.StepIndex, claimed.Place, claimed.Phase, cancellationToken);
        }
    }

    private Task<bool> LoadAsync(Stay stay, int number, StepPlace? place, string? phase, CancellationToken cancellationToken) => ReadAsync(async () =>
    {
        await loader.LoadAsync(stay.Workflow, stay.Memory, number, place, phase, cancellationToken);
        return true;
    });

    /// <summary>Reads for a step whose lease we hold: while the database can't be reached, again, until the lease has run out.</summary>
    private async Task<T> ReadAsync<T>(Func<ValueTask<T>> read)
    {
        T? found = default;
        await Retry.WhileUnreachableAsync(
            async () => found = await read(),
            options.Lease,
            time,
            (error, wait) => Log.CannotLoad(log, wait.TotalMilliseconds, error.Message));
        return found!;
    }
}
