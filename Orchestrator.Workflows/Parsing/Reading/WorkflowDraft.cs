using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>A workflow as given: its own fields, before its steps are linked.</summary>
internal sealed class WorkflowDraft(StepCatalog types)
{
    /// <summary>The types that its steps may have.</summary>
    public StepCatalog Types => types;

    public string? Key { get; set; }

    public string? Name { get; set; }

    public string? Description { get; set; }

    public string? Version { get; set; }

    public IReadOnlyList<string> Tags { get; set; } = [];

    public Value Metadata { get; set; } = Value.EmptyObject;

    public IReadOnlyList<Trigger> Triggers { get; set; } = [];

    public IReadOnlyDictionary<string, InputDefinition> Inputs { get; set; } = new Dictionary<string, InputDefinition>();

    public Value Variables { get; set; } = Value.EmptyObject;

    public RunPolicy Config { get; set; } = new();

    /// <summary><c>config.max_retries</c>.</summary>
    public RetryDraft ConfigRetry { get; } = new();

    public TimeSpan? DefaultTimeout { get; set; }

    /// <summary><c>defaults.retry</c>.</summary>
    public RetryDraft DefaultRetry { get; } = new();

    /// <summary><c>defaults.on_failure</c>.</summary>
    public FailureDraft? DefaultOnFailure { get; set; }

    /// <summary><c>defaults.rate_limit</c>.</summary>
    public RateLimitDraft? DefaultRateLimit { get; set; }

    public ReadinessRule? Readiness { get; set; }

    public Template? Output { get; set; }

    public List<Mention> OutputMentions { get; } = [];

    public IReadOnlyList<StepDraft> Steps { get; set; } = [];
}
