using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Definitions;

/// <summary>One step of a workflow, checked and compiled.</summary>
public sealed record StepDefinition
{
    /// <summary>Unique in the workflow; what <c>results</c>, logs and the API call it.</summary>
    public required string Id { get; init; }

    /// <summary>Place in <see cref="WorkflowDefinition.Steps"/>.</summary>
    public required int Index { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    /// <summary>What the step does, with the settings of its type.</summary>
    public required StepAction Action { get; init; }

    /// <summary>False skips the step; null: it always runs.</summary>
    public Expression? When { get; init; }

    /// <summary>Longest time of one attempt; null: no limit of its own.</summary>
    public TimeSpan? Timeout { get; init; }

    public required RetryPolicy Retry { get; init; }

    /// <summary>Turns the raw result into the step's result; null: the raw result.</summary>
    public Template? Output { get; init; }

    /// <summary>Percent: a result whose <c>accuracy</c> is lower fails the attempt; null: any will do.</summary>
    public double? RequiredAccuracy { get; init; }

    /// <summary>What limits how often attempts start; null: nothing.</summary>
    public RateLimit? RateLimit { get; init; }

    /// <summary>The lock that its attempts hold; null: none.</summary>
    public ExclusiveLock? Exclusive { get; init; }

    public Join Join { get; init; } = Join.All;

    /// <summary>How many conditions name it: it starts only when one of them has chosen it.</summary>
    public int Choosers { get; init; }

    public FailurePolicy OnFailure { get; init; } = FailurePolicy.Abort;

    /// <summary>Id of the step that undoes this one; null: none.</summary>
    public string? Compensate { get; init; }

    /// <summary>Assignments into the run's variables, evaluated with the result; null: none.</summary>
    public Template? Set { get; init; }

    /// <summary>Name of the region that it is in; null: none.</summary>
    public string? Scope { get; init; }

    /// <summary>The bodies that its type opens, by index in <see cref="WorkflowDefinition.Bodies"/>.</summary>
    public IReadOnlyList<int> Opens { get; init; } = [];

    /// <summary>The body of its alternative; null: none.</summary>
    public int? Alternative { get; init; }

    /// <summary>Whether an attempt has to be admitted before it is made.</summary>
    public bool IsLimited => RateLimit is not null || Exclusive is not null;

    /// <summary>Overrides <see cref="RunPolicy.Priority"/>.</summary>
    public int? Priority { get; init; }

    /// <summary>Overrides <see cref="RunPolicy.Queue"/>.</summary>
    public string? Queue { get; init; }

    /// <summary>
    /// Steps whose results or states this step reads, named by an expression or sent by default: only these are loaded.
    /// Ascending, without doubles.
    /// </summary>
    public required IReadOnlyList<int> Reads { get; init; }
}

/// <summary>What a step does. A closed set: one record a built-in type, and one for all types of a host.</summary>
public abstract record StepAction
{
    /// <summary>The type's name in the file.</summary>
    public abstract string Type { get; }

    /// <summary>
    /// Whether the step can be seen from outside. A step that can't may be evaluated before anything is written, and
    /// again after a crash.
    /// </summary>
    public abstract bool HasEffect { get; }

    /// <summary>
    /// Whether the worker that ends all that it depends on may evaluate it before anything is written. A step that takes
    /// several turns, or ends others, is always claimed.
    /// </summary>
    public virtual bool MayRunAhead => !HasEffect;

    /// <summary>
    /// What a step of it does first, where that is known beforehand, is to wait so long: whoever makes it ready sets the timer.
    /// Null: its first turn says.
    /// </summary>
    public virtual TimeSpan? WaitsFirst => null;

    /// <summary>What its settings read.</summary>
    public virtual IEnumerable<References> References => [];

    /// <summary>Whether a second one takes over when the first can't: the step has as many attempts again for it.</summary>
    public virtual bool HasAlternative => false;

    /// <summary>Whether it reads the results of all that its step depends on.</summary>
    public virtual bool SendsDependencies => false;
}

/// <summary>An outbound call (<c>http</c>).</summary>
public sealed record HttpAction : StepAction
{
    public override string Type => "http";

    public override bool HasEffect => true;

    /// <summary>A path at the configured base URL, sent with the service's token; exactly one of this and <see cref="Url"/>.</summary>
    public Template? Call { get; init; }

    /// <summary>Any absolute http or https address; never sent with the service's token.</summary>
    public Template? Url { get; init; }

    public required string Method { get; init; }

    /// <summary>A mapping of names to values.</summary>
    public Template? Query { get; init; }

    /// <summary>A mapping of names to text.</summary>
    public Template? Headers { get; init; }

    public Template? Body { get; init; }

    /// <summary>The only statuses that are a success; empty: any 2xx.</summary>
    public IReadOnlyList<int> ExpectStatus { get; init; } = [];

    /// <summary>A <c>call</c> without a body sends the run's ids, payload and the results of what the step depends on.</summary>
    public bool HasDefaultBody => this is { Call: not null, Body: null };

    public override IEnumerable<References> References =>
        new[] { Call, Url, Query, Headers, Body }.OfType<Template>().Select(template => template.References);

    /// <summary>GET and HEAD have no body.</summary>
    public override bool SendsDependencies => HasDefaultBody && Method is not ("GET" or "HEAD");
}

/// <summary>An expression becomes the result (<c>transform</c>).</summary>
public sealed record TransformAction(Template Value) : StepAction
{
    public override string Type => "transform";

    public override bool HasEffect => false;

    public override IEnumerable<References> References => [Value.References];
}

/// <summary>A type that the host brings along in C#.</summary>
/// <param name="Name">The type's name in the file.</param>
/// <param name="Config">Its settings, by the names of its fields.</param>
public sealed record OwnAction(string Name, IReadOnlyList<KeyValuePair<string, Template>> Config) : StepAction
{
    public override string Type => Name;

    public override bool HasEffect => true;

    public override IEnumerable<References> References => Config.Select(setting => setting.Value.References);
}
