namespace Orchestrator.Workflows.States;

/// <summary>Where a step of a run stands (<c>job_queue.status</c>).</summary>
public enum StepState
{
    /// <summary>Something it depends on has not ended.</summary>
    Waiting,

    /// <summary>Ready, and on its way to a worker.</summary>
    Queued,

    /// <summary>Taken by a worker that has not started it yet.</summary>
    Leased,

    /// <summary>An attempt is under way.</summary>
    Running,

    /// <summary>Ended well.</summary>
    Success,

    /// <summary>An attempt failed, another is due.</summary>
    Failed,

    /// <summary>Ended badly: its attempts are used up, or the failure was permanent.</summary>
    Dead,

    /// <summary>Ended without having been run: its <c>when</c> was false, or nothing that it depends on took place.</summary>
    Skipped,

    /// <summary>Ended because its run did.</summary>
    Cancelled,
}

/// <summary>Where a run stands (<c>workflow_runs.status</c>).</summary>
public enum RunState
{
    /// <summary>Dispatched; no step has started.</summary>
    Pending,

    Running,

    Paused,

    Success,

    Failed,

    Cancelled,
}
