using System.Collections.Frozen;

namespace Orchestrator.Workflows.Expressions;

/// <summary>The names that an expression may start from.</summary>
public static class RootNames
{
    public const string Inputs = "inputs";
    public const string Variables = "variables";
    public const string Results = "results";
    public const string Steps = "steps";
    public const string Run = "run";
    public const string Step = "step";
    public const string User = "user";
    public const string Tenant = "tenant";
    public const string Agent = "agent";

    /// <summary>In a <c>for_each</c>: the item.</summary>
    public const string Item = "item";

    /// <summary>In a <c>for_each</c>: the item's place in the list, from 0.</summary>
    public const string Index = "index";

    /// <summary>In a <c>loop</c>: the pass, from 0.</summary>
    public const string Iteration = "iteration";

    /// <summary>In a step that runs because another has failed: <c>{message, step_id}</c>.</summary>
    public const string Error = "error";

    /// <summary>In the <c>match</c> of a trigger or of a <c>wait_for_event</c> alone: the event.</summary>
    public const string Event = "event";

    /// <summary>In the formulas of readiness alone: what the agent has done.</summary>
    public const string Events = "events";

    /// <summary>In templates alone: what their use gave.</summary>
    internal const string Params = "params";

    /// <summary>Another name of <see cref="Inputs"/>.</summary>
    internal const string Payload = "payload";

    /// <summary>Every root that a scope may be asked for.</summary>
    public static FrozenSet<string> All { get; } =
        FrozenSet.ToFrozenSet([Inputs, Variables, Results, Steps, Run, Step, User, Tenant, Agent, Item, Index, Iteration, Error]);

    /// <summary>Roots of the format whose features are not built yet.</summary>
    internal static FrozenSet<string> Planned { get; } =
        FrozenSet.ToFrozenSet(["secrets"]);
}
