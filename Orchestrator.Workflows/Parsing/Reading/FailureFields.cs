using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>The field <c>on_failure</c>: a word, or a mapping with the settings of its way.</summary>
internal static class FailureFields
{
    private const string RetryWord = "retry";

    private static readonly Dictionary<string, OnFailure> Words = new(StringComparer.Ordinal)
    {
        ["abort"] = OnFailure.Abort,
        ["skip"] = OnFailure.Skip,
        ["continue"] = OnFailure.Continue,
        ["alternative"] = OnFailure.Alternative,
        ["rollback"] = OnFailure.Rollback,
        ["escalate"] = OnFailure.Escalate,

        // seed 002's word for what every step does anyway, with settings of its own
        [RetryWord] = OnFailure.Abort,
    };

    private static readonly FieldTable<FailureDraft> Fields = new(
        new Field<FailureDraft>("strategy", Shape.OneOf(Words.Keys), (draft, value) => (draft.Kind, draft.IsRetry) = (value.Word(Words), value.Node is ScalarNode { Text: RetryWord })) { Aliases = ["type"] },
        new Field<FailureDraft>("step", Shape.Text, (draft, value) => StepReader.ReadIds(value, draft.Alternatives)) { Aliases = ["alternative_step"] },
        new Field<FailureDraft>("steps", Shape.OneOrMore(Shape.Text), (draft, value) => StepReader.ReadIds(value, draft.Rollback)) { Aliases = ["rollback_steps"] },
        Field<FailureDraft>.Text("handler", (draft, handler) => draft.Handler = handler) with { Aliases = ["escalation_handler"] },
        new Field<FailureDraft>("alternative_agent", Shape.Either(Shape.Text, Shape.Integer(1, int.MaxValue)), (draft, value) => draft.AlternativeAgent = value) { Aliases = ["alternative_agent_id"] },
        RetryDraft.RetryAttemptsField<FailureDraft>(draft => draft.Retry) with { Aliases = ["max_retries"] },
        RetryDraft.DelayField<FailureDraft>(draft => draft.Retry));

    /// <summary>What a host sets for all steps of a type.</summary>
    public static FieldTable<FailureDraft> HostFields { get; } = new(
    [
        new Field<FailureDraft>("strategy", Shape.OneOf(Words.Keys), ReadOfHost) { Aliases = ["type"] },
        Field<FailureDraft>.Text("handler", (draft, handler) => draft.Handler = handler) with { Aliases = ["escalation_handler"] },
        .. RetryDraft.FieldsOf<FailureDraft>(draft => draft.Retry),
    ]);

    public static Field<TTarget> OnFailureField<TTarget>(Action<TTarget, FailureDraft> assign) => new(
        "on_failure", Shape.Either(Shape.OneOf(Words.Keys), Shape.Object(() => Fields)), (target, value) => assign(target, Read(value)));

    /// <summary>The same for all steps that have none of their own.</summary>
    public static Field<TTarget> DefaultField<TTarget>(Action<TTarget, FailureDraft> assign) => OnFailureField<TTarget>(assign) with
    {
        Read = (target, value) =>
        {
            var draft = Read(value);
            if (draft.Alternatives.Count > 0 || draft.Kind == OnFailure.Alternative || draft.AlternativeAgent is not null)
            {
                value.Error("an alternative stands in the place of one step, and can't be every step's", "Give it to the step, or choose another way here.");
            }

            if (draft.Rollback.Count > 0)
            {
                value.Error("`steps` of a rollback belong to one step", "Leave `steps` out: what has a `compensate` is undone.");
            }

            assign(target, draft);
        },
    };

    private static FailureDraft Read(FieldValue value)
    {
        var draft = new FailureDraft();
        if (value.Node is ScalarNode word)
        {
            (draft.Kind, draft.IsRetry) = (value.Word(Words), word.Text == RetryWord);
        }
        else
        {
            Fields.Read(draft, value);
            if (draft.Kind is null && value.Node is MappingNode mapping && !mapping.Entries.Any(entry => entry.Key is "strategy" or "type"))
            {
                value.Error("`strategy` is missing", $"One of {string.Join(", ", Words.Keys)}.");
            }
        }

        if (draft.Kind == OnFailure.Alternative && draft.Alternatives.Count != 1 && draft.AlternativeAgent is null)
        {
            value.Error("the alternative has no `step`", "Write it like { strategy: alternative, step: backup }.");
        }

        CheckFits(draft, value);
        if (draft is { Kind: OnFailure.Alternative, Alternatives.Count: 0, AlternativeAgent: not null })
        {
            // The other agent takes over within the step; when it fails as well nothing stands in the step's place.
            draft.Kind = OnFailure.Abort;
        }

        return draft;
    }

    /// <summary>A setting of another strategy would be without effect.</summary>
    private static void CheckFits(FailureDraft draft, FieldValue value)
    {
        Check(draft.Alternatives.Count > 0, "step", "alternative", OnFailure.Alternative);
        Check(draft.AlternativeAgent is not null, "alternative_agent", "alternative", OnFailure.Alternative);
        Check(draft.Rollback.Count > 0, "steps", "rollback", OnFailure.Rollback);
        Check(draft.Handler is not null, "handler", "escalate", OnFailure.Escalate);

        void Check(bool isGiven, string field, string strategy, OnFailure kind)
        {
            if (isGiven && draft.Kind is { } given && given != kind)
            {
                value.Error($"`{field}` belongs to the strategy `{strategy}`, and has no effect with another", $"Remove it, or write strategy: {strategy}.");
            }
        }
    }

    private static void ReadOfHost(FailureDraft draft, FieldValue value)
    {
        (draft.Kind, draft.IsRetry) = (value.Word(Words), value.Node is ScalarNode { Text: RetryWord });
        if (draft.Kind == OnFailure.Alternative)
        {
            value.Error(
                "an alternative names a step of one workflow, and can't be set for all steps of a type",
                "One of abort, skip, continue, rollback, escalate, retry; give the alternative to the step in its file.");
        }
    }
}

/// <summary>An <c>on_failure</c> as given.</summary>
internal sealed class FailureDraft
{
    public OnFailure? Kind { get; set; }

    public List<LocatedId> Alternatives { get; } = [];

    public List<LocatedId> Rollback { get; } = [];

    public string? Handler { get; set; }

    /// <summary>Seed 003's <c>alternativeAgentId</c>, an <c>agent-task</c>'s.</summary>
    public FieldValue? AlternativeAgent { get; set; }

    /// <summary>Seed 002's word for what every step does anyway.</summary>
    public bool IsRetry { get; set; }

    /// <summary>Seed 002's <c>maxAttempts</c> and <c>retryDelay</c>.</summary>
    public RetryDraft Retry { get; } = new();

    public FailurePolicy Build() => Kind is not { } kind ? FailurePolicy.Abort : new FailurePolicy(
        kind,
        kind == OnFailure.Alternative ? Alternatives.ConvertAll(one => one.Id) : Rollback.ConvertAll(one => one.Id),
        Handler);
}
