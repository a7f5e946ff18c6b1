using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Definitions;

/// <summary>
/// One version of a workflow: what the file says, checked and compiled. Immutable, and without any reference to a
/// run, so that every run of the version shares one instance.
/// </summary>
public sealed record WorkflowDefinition
{
    /// <summary>The workflow's name for dispatch: <c>[a-z0-9][a-z0-9_-]{0,99}</c>.</summary>
    public required string Key { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    /// <summary>A label for people. The stored content has a number of its own.</summary>
    public string? Version { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>For people and filters: a JSON object.</summary>
    public Value Metadata { get; init; } = Value.EmptyObject;

    /// <summary>What starts a run; never empty, <see cref="ManualTrigger"/> when the file names none.</summary>
    public required IReadOnlyList<Trigger> Triggers { get; init; }

    /// <summary>The inputs that a dispatch may or must give, by name.</summary>
    public IReadOnlyDictionary<string, InputDefinition> Inputs { get; init; } = new Dictionary<string, InputDefinition>();

    /// <summary>The initial variables: a JSON object.</summary>
    public required Value Variables { get; init; }

    public required RunPolicy Config { get; init; }

    /// <summary>When the autonomous cycle starts it for an agent; null: never.</summary>
    public ReadinessRule? Readiness { get; init; }

    /// <summary>The templates from other files that its steps come from: with its own text they are all of it.</summary>
    public IReadOnlyList<TemplateSource> Templates { get; init; } = [];

    /// <summary>Becomes the run's output; null: the results of the steps that nothing depends on.</summary>
    public Template? Output { get; init; }

    /// <summary>Steps whose results make up the output (all sinks where <see cref="Output"/> is null), by index, ascending.</summary>
    public IReadOnlyList<int> OutputReads { get; init; } = [];

    /// <summary>The steps in the file's order; a step's <see cref="StepDefinition.Index"/> is its place here.</summary>
    public required IReadOnlyList<StepDefinition> Steps { get; init; }

    /// <summary>Who depends on whom, by step index. Steps of different bodies don't.</summary>
    public StepGraph Graph => Blueprint.Graph;

    /// <summary>The steps' bodies: the workflow's own first.</summary>
    public IReadOnlyList<StepBody> Bodies => Blueprint.Bodies;

    /// <summary>What the planner has to know.</summary>
    public required Blueprint Blueprint { get; init; }

    /// <summary>
    /// What a step of a run is called: of those that may be there several times, with the place of each, as
    /// <c>process[3].fetch</c>. A compensation is called as if it stood beside what it undoes.
    /// </summary>
    public string Address(StepPlace place) => string.Concat(Blueprint.Around(place).Reverse()
        .Where(owner => Steps[owner.Step].Action is LoopAction or ForEachAction)
        .Select(owner => $"{Steps[owner.Step].Id}[{owner.Iteration}].")) + Steps[place.Step].Id;
}

/// <summary>What holds for a whole run (<c>config</c>).</summary>
public sealed record RunPolicy
{
    /// <summary>Time for the whole run from its first step's start. Default 5 minutes (seed 001).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Order of service, 1 (urgent) to 4 (low); lower is sooner. Default 3 (medium).</summary>
    public int Priority { get; init; } = Priorities.Medium;

    /// <summary>The Hangfire queue of the run's steps; null: the default queue.</summary>
    public string? Queue { get; init; }

    /// <summary>A run that fails goes on from where it stood by itself, at most three times.</summary>
    public bool RecoversItself { get; init; }

    /// <summary>How often a snapshot of a run is taken while it runs, at least a second; null: never.</summary>
    public TimeSpan? SnapshotInterval { get; init; }

    /// <summary>How many of its runs may be open at a time; null: any number.</summary>
    public ConcurrencyLimit? Concurrency { get; init; }

    /// <summary>How many steps of a run may be under way at a time, see <see cref="Blueprint.MaxParallel"/>; null: any number.</summary>
    public int? MaxParallel { get; init; }

    public const int MaxMaxParallel = 1000;
}

/// <summary>The words of the format for priorities, lower is sooner.</summary>
public static class Priorities
{
    public const int Urgent = 1;
    public const int High = 2;
    public const int Medium = 3;
    public const int Low = 4;
}

/// <summary>An input of a workflow, checked at dispatch.</summary>
public sealed record InputDefinition
{
    /// <summary><c>string</c>, <c>number</c>, <c>integer</c>, <c>boolean</c>, <c>object</c>, <c>array</c>; null: any.</summary>
    public string? Type { get; init; }

    public bool Required { get; init; }

    /// <summary>Taken when the dispatch gives none; <see cref="Value.Undefined"/>: no default.</summary>
    public Value Default { get; init; } = Value.Undefined;

    /// <summary>The only values allowed; empty: any.</summary>
    public IReadOnlyList<Value> Enum { get; init; } = [];

    /// <summary>A regular expression that a string must match somewhere; matched without backtracking.</summary>
    public string? Pattern { get; init; }

    /// <summary>Least number, length of a string, or count of an array.</summary>
    public double? Min { get; init; }

    /// <summary>Greatest number, length of a string, or count of an array.</summary>
    public double? Max { get; init; }

    public string? Description { get; init; }
}
