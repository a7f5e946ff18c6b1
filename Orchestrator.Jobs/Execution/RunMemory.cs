using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Execution;

/// <summary>What is known of a step that has ended, or that an expression asks about.</summary>
internal sealed record StepMemory(StepState State, int Attempts, Value Output, Value Response);

/// <summary>
/// What a worker has in memory of a run while the run stays with it: inputs, variables and the results that were read
/// or made here. Results never change once they are there, so nothing in it goes stale.
/// </summary>
internal sealed class RunMemory(RunInfo run)
{
    private readonly Dictionary<int, StepMemory> _steps = [];
    private (DateTime Time, long Timestamp)? _claim;

    public RunInfo Run { get; } = run;

    /// <summary>The run's inputs; undefined until loaded.</summary>
    public Value Payload { get; set; }

    /// <summary>The run's variables; undefined until loaded.</summary>
    public Value Variables { get; set; }

    /// <summary>When the newest attempt here started, by the database's clock; before the first: when the run was made.</summary>
    public DateTime AttemptStartedAt { get; private set; } = run.CreatedAt;

    public bool HasRunData => !Payload.IsUndefined;

    /// <summary>
    /// An attempt starts: at the time of its claim, or, for one that was not claimed, as long after the last claim as this
    /// machine counts.
    /// </summary>
    public void BeginAttempt(DateTime? claimedAt, TimeProvider time)
    {
        if (claimedAt is { } at)
        {
            (_claim, AttemptStartedAt) = ((at, time.GetTimestamp()), at);
        }
        else if (_claim is { } claim)
        {
            AttemptStartedAt = claim.Time + time.GetElapsedTime(claim.Timestamp);
        }
    }

    /// <summary>Whether the step has ended and is here; the state of one that has not is read anew each time.</summary>
    public bool Knows(int step) => _steps.TryGetValue(step, out var memory) && memory.State.IsTerminal();

    public StepMemory? Step(int step) => _steps.GetValueOrDefault(step);

    public void Remember(int step, StepMemory memory) => _steps[step] = memory;
}

/// <summary>
/// The names that a step's expressions may use, the time of the attempt, and ids that are the same in every attempt:
/// made from the run, the step, and how many were asked for before.
/// </summary>
internal sealed class StepScope(
    WorkflowDefinition definition, RunMemory memory, IReadOnlyList<int> reads, StepDefinition? step, int attempt,
    long? fencingToken = null) : IScope
{
    private int _ids;

    public DateTime? Now { get; } = memory.AttemptStartedAt;

    public Guid? NewId() => StableId.Of($"{memory.Run.Tenant}:{memory.Run.Id}:{step?.Id}:{_ids++}");

    public Value Resolve(string root) => root switch
    {
        RootNames.Inputs => memory.Payload,
        RootNames.Variables => memory.Variables,
        RootNames.Results => Results(),
        RootNames.Steps => Steps(),
        RootNames.Run => Run(),
        RootNames.Step => step is null ? Value.Undefined : Step(step),
        RootNames.User => Value.Object(("id", memory.Run.UserId)),
        RootNames.Tenant => Value.Object(("id", memory.Run.Tenant)),
        _ => Value.Undefined,
    };

    /// <summary>Results of what the step depends on, by step id.</summary>
    public Value DependencyResults() => step is null ? Value.EmptyObject : ResultsOf(definition.Graph.Parents(step.Index));

    /// <summary>Results by step id; a step that was skipped or has not ended has none.</summary>
    public Value Results() => ResultsOf(reads);

    private Value ResultsOf(IReadOnlyList<int> steps) => Value.Object(steps
        .Select(index => (Id: definition.Steps[index].Id, Memory: memory.Step(index)))
        .Where(known => known.Memory is { Output.IsUndefined: false })
        .Select(known => KeyValuePair.Create(known.Id, known.Memory!.Output)));

    private Value Steps() => Value.Object(reads
        .Select(index => (Id: definition.Steps[index].Id, Memory: memory.Step(index)))
        .Where(known => known.Memory is not null)
        .Select(known => KeyValuePair.Create(known.Id, Value.Object(
            ("state", known.Memory!.State.Word()),
            ("attempts", known.Memory.Attempts),
            ("response", known.Memory.Response)))));

    private Value Step(StepDefinition own) => fencingToken is { } token
        ? Value.Object(("id", own.Id), ("attempt", attempt), ("fencing_token", (double)token))
        : Value.Object(("id", own.Id), ("attempt", attempt));

    private Value Run() => Value.Object(
        ("id", memory.Run.Id.ToString()),
        ("workflow_key", memory.Run.WorkflowKey),
        ("version", memory.Run.WorkflowVersion),
        ("user_id", memory.Run.UserId),
        ("intent_id", memory.Run.IntentId),
        ("trigger", memory.Run.Trigger),
        ("created_at", memory.Run.CreatedAt.ToString("O")));
}
