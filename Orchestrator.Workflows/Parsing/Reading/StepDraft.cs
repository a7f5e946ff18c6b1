using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Templates;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>One step as given: its own fields, before it is known whom it names.</summary>
/// <param name="given">What the file gives.</param>
/// <param name="types">The step types that there are.</param>
/// <param name="templates">Which of the steps use templates.</param>
internal sealed class StepDraft(FieldValue given, StepCatalog types, Expansion templates)
{
    private object? _settings;

    /// <summary>Place among all steps of the file: those that another step holds come after it.</summary>
    public int Index { get; set; }

    public FieldValue Field => given;

    public LocatedId? Id { get; set; }

    public string? Name { get; set; }

    public string? Description { get; set; }

    /// <summary>Null: the type is unknown, which is reported.</summary>
    public string? Type { get; set; }

    public List<LocatedId> DependsOn { get; } = [];

    public List<LocatedId> Next { get; } = [];

    /// <summary>The steps that it contains, as it names or holds them; of one that uses a template the first.</summary>
    public List<LocatedId> Contained { get; } = [];

    /// <summary>The same by the ids that the file gives them.</summary>
    public List<string> ContainedIds { get; } = [];

    /// <summary>The steps that it holds.</summary>
    public List<StepDraft> Held { get; } = [];

    /// <summary>The steps that start only when it has chosen them.</summary>
    public List<LocatedId> Targets { get; } = [];

    /// <summary>The steps that it cancels.</summary>
    public List<LocatedId> Cancels { get; } = [];

    /// <summary>The step that undoes it.</summary>
    public LocatedId? Compensate { get; set; }

    public FailureDraft? OnFailure { get; set; }

    public Join? Join { get; set; }

    public Template? Set { get; set; }

    public string? Scope { get; set; }

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

    /// <summary>Reads the steps that it contains: ids, or the steps themselves.</summary>
    public void ReadContained(FieldValue value)
    {
        if (value.Node is ListNode { Elements.Count: 0 })
        {
            value.Error("the list is empty", "Name at least one step, or write it here.");
        }

        // Those that use templates are known before the others are read, which may name them.
        foreach (var (one, steps) in value.OneOrMore().Select(one => (one, Steps: one.Node is MappingNode ? templates.Expand([one]) : null)).ToArray())
        {
            var ids = new List<LocatedId>();
            if (steps is null)
            {
                StepReader.ReadIds(one, ids);
            }
            else
            {
                var held = steps.Select(step => StepReader.Read(step, types, templates)).ToArray();
                Held.AddRange(held);
                ids.AddRange(held.TakeLast(1).Select(step => step.Id).OfType<LocatedId>());
            }

            ContainedIds.AddRange(ids.Select(id => id.Id));
            Contained.AddRange(ids.Select(First));
        }
    }

    /// <summary>Reads the ids of steps that start when it has chosen so.</summary>
    public IReadOnlyList<string> ReadTargets(FieldValue value)
    {
        var ids = ReadFirst(value);
        Targets.AddRange(ids);
        return ids.ConvertAll(one => one.Id);
    }

    /// <summary>Reads the ids of steps that start through this one; of one that uses a template its first step's.</summary>
    public List<LocatedId> ReadFirst(FieldValue value)
    {
        var ids = new List<LocatedId>();
        StepReader.ReadIds(value, ids);
        return ids.ConvertAll(First);
    }

    /// <summary>Reads the ids of steps that it cancels; of one that uses a template all that it has become.</summary>
    public void ReadCancels(FieldValue value)
    {
        var ids = new List<LocatedId>();
        StepReader.ReadIds(value, ids);
        Cancels.AddRange(ids.SelectMany(id => templates.Find(id.Id) is { } all ? all.Select(step => id with { Id = step }) : [id]));
    }

    /// <summary>Of a step that uses a template one alone can't stand where only one may.</summary>
    public void CheckSingle()
    {
        foreach (var id in (OnFailure?.Alternatives ?? []).Concat(new[] { Compensate }.OfType<LocatedId>()).Where(id => templates.Find(id.Id) is not null))
        {
            given.Report.Error(
                id.Position, id.Path, $"`{id.Id}` uses a template, which has several steps, and only one may stand here",
                $"Hold it in one: {{ id: {id.Id}, type: parallel, steps: [{{ id: {id.Id}_steps, uses: …, with: … }}] }}.");
        }
    }

    private LocatedId First(LocatedId id) => templates.Find(id.Id) is [var first, ..] ? id with { Id = first } : id;

    /// <summary>The settings of its type as given, made at the first ask.</summary>
    public T Settings<T>()
        where T : class, new() => (T)(_settings ??= new T());
}
