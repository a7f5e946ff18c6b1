using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Execution;

/// <summary>
/// The way of a delivered step: claim → run → classify → record → continue, for as long as the run stays here.
/// A crash before the claim leaves the delivery to be made again; after it, a lease whose worker is dead; after the
/// recording, nothing.
/// </summary>
internal sealed class StepRunner(
    Claimer claimer, Leases leases, WorkflowCatalog workflows, RunLoader loader, AttemptMaker attempts, Recorder recorder,
    StayLimits limits, TimeProvider time)
{
    /// <summary>Runs the step and what it makes ready; returns when nothing is left for this worker.</summary>
    /// <param name="tenant">Whose run it is.</param>
    /// <param name="job">The step's job.</param>
    /// <param name="serverId">Name of the Hangfire server that delivered it.</param>
    /// <param name="cancellationToken">Cancelled when the worker shuts down.</param>
    public async Task RunAsync(string tenant, JobId job, string serverId, CancellationToken cancellationToken)
    {
        var claimed = await claimer.ClaimAsync(tenant, job, cancellationToken);
        if (claimed is null)
        {
            return;
        }

        using var lease = leases.Hold(claimed.Job);
        var workflow = await workflows.GetAsync(tenant, claimed.Run.WorkflowKey, claimed.Run.WorkflowVersion, cancellationToken);
        var stay = new Stay(workflow, new RunMemory(claimed.Run), time, limits);
        while (claimed is not null)
        {
            lease.MoveTo(claimed.Job);
            stay.Add(await PerformAsync(stay, claimed, cancellationToken));
            await EvaluateAheadAsync(stay, cancellationToken);
            var answer = await recorder.RecordAsync(new Recording.Recording
            {
                Memory = stay.Memory,
                Workflow = workflow,
                Steps = stay.TakeUnwritten(),
                Worker = claimed.Worker,
                Queue = claimed.Queue,
                WantsNext = stay.MayGoOn && !cancellationToken.IsCancellationRequested,
                ServerId = serverId,
            });
            claimed = answer.Next;
        }
    }

    private async Task<StepRecord> PerformAsync(Stay stay, ClaimedStep claimed, CancellationToken cancellationToken)
    {
        var index = claimed.Job.StepIndex;
        await loader.LoadAsync(stay.Memory, stay.Workflow.Needs(index), cancellationToken);
        return await attempts.MakeAsync(stay.Workflow, stay.Memory, claimed, cancellationToken);
    }

    /// <summary>Steps without effect that what has ended here makes ready: nothing of them is written yet.</summary>
    private async Task EvaluateAheadAsync(Stay stay, CancellationToken cancellationToken)
    {
        while (stay.NextToEvaluate() is { } index)
        {
            await loader.LoadAsync(stay.Memory, stay.Workflow.Needs(index), cancellationToken);
            stay.Add(await attempts.EvaluateAsync(stay.Workflow, stay.Memory, index, cancellationToken));
        }
    }
}
