using Orchestrator.Jobs.Definitions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Execution;

/// <summary>
/// The names that a step's expressions may use, the time of the attempt, and ids that are the same in every attempt:
/// made from the run, the step, and how many were asked for before.
/// </summary>
internal sealed class StepScope : IScope
{
    private readonly LoadedWorkflow _workflow;
    private readonly RunMemory _memory;
    private readonly IReadOnlyList<int> _reads;
    private readonly int _attempt;
    private readonly long? _fencingToken;
    private readonly StepDefinition? _step;
    private int _ids;

    /// <summary>Of a step.</summary>
    /// <param name="workflow">Its workflow.</param>
    /// <param name="memory">Of its run.</param>
    /// <param name="number">The step's.</param>
    /// <param name="place">The step's.</param>
    /// <param name="attempt">Number of the attempt.</param>
    /// <param name="fencingToken">Of the lock that the attempt holds.</param>
    public StepScope(LoadedWorkflow workflow, RunMemory memory, int number, StepPlace? place, int attempt, long? fencingToken = null)
        : this(workflow, memory, workflow.Needs(place?.Step ?? number).Results)
    {
        (_step, Number, Place, _attempt, _fencingToken) = (workflow.Step(place?.Step ?? number), number, place, attempt, fencingToken);
    }

    /// <summary>Of the run as a whole.</summary>
    public StepScope(LoadedWorkflow workflow, RunMemory memory, IReadOnlyList<int> reads) =>
        (_workflow, _memory, _reads, Number, Now) = (workflow, memory, reads, workflow.Definition.Blueprint.Main.Steps[0], memory.AttemptStartedAt);

    public int Number { get; }

    public StepPlace? Place { get; }

    public DateTime? Now { get; }

    /// <summary>What stands under names of its type alone; later ones over earlier.</summary>
    public Dictionary<string, Value> More { get; } = [];

    public Guid? NewId() => StableId.Of($"{_memory.Run.Tenant}:{_memory.Run.Id}:{Name}:{_ids++}");

    private string? Name => Place is null ? _step?.Id : _workflow.Address(Place);

    public Value Resolve(string root) => root switch
    {
        RootNames.Inputs => _memory.Payload,
        RootNames.Variables => _memory.Variables,
        RootNames.Results => Results(),
        RootNames.Steps => Steps(),
        RootNames.Run => Run(),
        RootNames.Step => _step is null ? Value.Undefined : Step(_step),
        RootNames.User => Value.Object(("id", _memory.Run.UserId)),
        RootNames.Tenant => Value.Object(("id", _memory.Run.Tenant)),
        RootNames.Index => Around(action => action is ForEachAction) is { } items ? items.Iteration : Value.Undefined,
        RootNames.Iteration => More.TryGetValue(root, out var passes) ? passes : Around(action => action is LoopAction)?.Iteration ?? Value.Undefined,
        RootNames.Item => Item(_ => true),
        RootNames.Error => Error(),
        _ => More.TryGetValue(root, out var own) ? own : Item(items => items.ItemName == root),
    };

    /// <summary>Results of what the step depends on, by step id.</summary>
    public Value DependencyResults() => _step is null ? Value.EmptyObject : ResultsOf(_workflow.Definition.Graph.Parents(_step.Index));

    /// <summary>Results by step id; a step that was skipped or has not ended has none.</summary>
    public Value Results() => ResultsOf(_reads);

    /// <summary>What is known of a step that is read, by its index; null: nothing.</summary>
    public StepMemory? Read(int index) =>
        Find(index) is { } number ? _memory.Step(number) : null;

    private int? Find(int index) => StepNumbers.Find(_workflow.Definition.Blueprint, _memory, Number, Place, index);

    private Value ResultsOf(IReadOnlyList<int> steps) => Value.Object(steps
        .Select(index => (_workflow.Step(index).Id, Memory: Read(index)))
        .Where(known => known.Memory is { Output.IsUndefined: false })
        .Select(known => KeyValuePair.Create(known.Id, known.Memory!.Output)));

    private Value Steps() => Value.Object(_reads
        .Select(index => (_workflow.Step(index).Id, Memory: Read(index)))
        .Where(known => known.Memory is not null)
        .Select(known => KeyValuePair.Create(known.Id, Value.Object(
            ("state", known.Memory!.State.Word()),
            ("attempts", known.Memory.Attempts),
            ("response", known.Memory.Response)))));

    private Value Step(StepDefinition own)
    {
        var step = Value.Object(("id", own.Id), ("attempt", _attempt));
        step = _fencingToken is { } token ? step.With("fencing_token", (double)token) : step;
        return More.TryGetValue(RootNames.Step, out var more) ? more.AsObject().Aggregate(step, (all, one) => all.With(one.Key, one.Value)) : step;
    }

    /// <summary>The nearest step that contains this one and whose type fits.</summary>
    private Opener? Around(Func<StepAction, bool> fits)
    {
        foreach (var owner in _workflow.Definition.Blueprint.Around(Place))
        {
            if (fits(_workflow.Step(owner.Step).Action))
            {
                return owner;
            }
        }

        return null;
    }

    private Value Item(Func<ForEachAction, bool> fits) =>
        Around(action => action is ForEachAction items && fits(items)) is { } owner
            ? _memory.Item(new BlockKey(owner.Number, owner.Iteration)) ?? Value.Undefined
            : Value.Undefined;

    /// <summary>What failed, of the nearest step in whose place this one runs.</summary>
    private Value Error() => (Place?.Owners.Reverse() ?? [])
        .Select(owner => _memory.Progress(owner.Number)?.Data is { Kind: ValueKind.Object } data ? data["error"] : Value.Undefined)
        .FirstOrDefault(error => !error.IsNullish);

    private Value Run() => Value.Object(
        ("id", _memory.Run.Id.ToString()),
        ("workflow_key", _memory.Run.WorkflowKey),
        ("version", _memory.Run.WorkflowVersion),
        ("user_id", _memory.Run.UserId),
        ("intent_id", _memory.Run.IntentId),
        ("trigger", _memory.Run.Trigger),
        ("created_at", _memory.Run.CreatedAt.ToString("O")));
}
