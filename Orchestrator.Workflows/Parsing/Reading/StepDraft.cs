using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>One step as given: its own fields, before it is known whom it names.</summary>
internal sealed class StepDraft(int index, FieldValue given)
{
    private object? _settings;

    public int Index => index;

    public FieldValue Field => given;

    public LocatedId? Id { get; set; }

    public string? Name { get; set; }

    public string? Description { get; set; }

    /// <summary>Null: the type is unknown or not yet supported, which is reported.</summary>
    public string? Type { get; set; }

    public List<LocatedId> DependsOn { get; } = [];

    public List<LocatedId> Next { get; } = [];

    public Expression? When { get; set; }

    public TimeSpan? Timeout { get; set; }

    public RetryDraft Retries { get; } = new();

    public RetryDraft Retry { get; } = new();

    public Template? Output { get; set; }

    public double? RequiredAccuracy { get; set; }

    public int? Priority { get; set; }

    public string? Queue { get; set; }

    /// <summary>The step's own, or that of <c>defaults</c>.</summary>
    public RateLimitDraft? RateLimit { get; set; }

    public ExclusiveLock? Exclusive { get; set; }

    /// <summary>What it does; null: something is wrong with its fields, which is reported.</summary>
    public StepAction? Action { get; set; }

    /// <summary>The settings of a step of the host's own type, by the names of its fields.</summary>
    public List<KeyValuePair<string, Template>> Own { get; } = [];

    /// <summary>The steps that <c>output</c> names; the step's own raw result is <c>step.result</c> there.</summary>
    public List<Mention> OutputMentions { get; } = [];

    /// <summary>The steps that all other expressions name.</summary>
    public List<Mention> Mentions { get; } = [];

    /// <summary>The settings of its type as given, made at the first ask.</summary>
    public T Settings<T>()
        where T : class, new() => (T)(_settings ??= new T());
}
