using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;
using Orchestrator.Workflows.Schemas;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>A goal that is given to an agent.</summary>
internal static class AgentTaskForm
{
    private const int MaxTokens = 10_000_000;
    private const int MaxCapabilities = 100;
    private const int MaxName = 100;

    public static StepForm Form { get; } = new()
    {
        Name = "agent-task",
        Timeout = TimeSpan.FromMinutes(5),
        Queue = AgentTaskAction.OwnQueue,
        Fields =
        [
            new Field<StepDraft>("agent", Shape.Either(Shape.Text, Shape.Integer(1, int.MaxValue)), (step, value) => (Of(step).Agent, Of(step).AgentText) = (ReadAgent(step, value), Text(value))),
            new Field<StepDraft>("agent_type", Shape.Text, (step, value) => Of(step).AgentType = ReadName(value)),
            new Field<StepDraft>("goal", Shape.Text, (step, value) => Of(step).Goal = value.Name() is null ? null : value.Template(step.Mentions)),
            new Field<StepDraft>("capabilities", Shape.OneOrMore(Shape.Text), (step, value) => Of(step).Capabilities = ReadCapabilities(value)),
            new Field<StepDraft>("output_schema", Shape.Mapping, (step, value) => Of(step).OutputSchema = OutputSchemaReader.Read(value)),
            Field<StepDraft>.Integer("max_tokens", 1, MaxTokens, (step, tokens) => Of(step).MaxTokens = tokens),
            new Field<StepDraft>(
                "alternative_agent", Shape.Either(Shape.Text, Shape.Integer(1, int.MaxValue)), ReadAlternative)
                { Aliases = ["alternative_agent_id"] },
            .. new[] { "provider", "model", "tools" }.Select(Field<StepDraft>.Planned),
        ],
        Check = Check,
        Build = step => new AgentTaskAction
        {
            Agent = Of(step).Agent,
            AgentType = Of(step).AgentType,
            Goal = Of(step).Goal!,
            Capabilities = Of(step).Capabilities,
            OutputSchema = Of(step).OutputSchema,
            MaxTokens = Of(step).MaxTokens,
            Alternative = Of(step).Alternative,
        },
    };

    private static Draft Of(StepDraft step) => step.Settings<Draft>();

    private static void Check(StepDraft step, IReadOnlySet<string> given)
    {
        StepForm.Require(step, given, "goal", "What the agent is to reach, in words.");
        if (step.OnFailure?.AlternativeAgent is { } other)
        {
            if (given.Contains("alternative_agent"))
            {
                other.Error("the step has an `alternative_agent` besides", "Remove one of the two.");
            }

            ReadAlternative(step, other);
        }

        if (Of(step) is { AgentText: { } one, AlternativeText: { } alternative } && one == alternative)
        {
            step.Field.Error($"the alternative agent is the agent itself, `{one}`", "Name another one, or remove it.");
        }

        if (given.Contains("agent") == given.Contains("agent_type"))
        {
            step.Field.Error(
                given.Contains("agent") ? "the step has both `agent` and `agent_type`" : "an agent-task step needs `agent` or `agent_type`",
                "`agent` is an agent's id or username; `agent_type` is coordinator, executor or a capability. Give one of them.");
        }
    }

    /// <summary>An id, a username, or an expression that becomes one of them.</summary>
    private static Template? ReadAgent(StepDraft step, FieldValue value) =>
        value.Node is ScalarNode { Value.Kind: ValueKind.Number }
            ? value.Whole(1, long.MaxValue) is null ? null : value.Template(step.Mentions)
            : value.Name() is null ? null : value.Template(step.Mentions);

    private static void ReadAlternative(StepDraft step, FieldValue value) =>
        (Of(step).Alternative, Of(step).AlternativeText) = (ReadAgent(step, value), Text(value));

    private static string? Text(FieldValue value) => (value.Node as ScalarNode)?.Text;

    private static string? ReadName(FieldValue value)
    {
        if (value.Name() is { Length: > MaxName } name)
        {
            value.Error($"it has {name.Length} characters; {MaxName} are allowed");
        }

        return value.Node is ScalarNode scalar ? scalar.Text : null;
    }

    private static List<string> ReadCapabilities(FieldValue value)
    {
        var capabilities = value.OneOrMore().Select(ReadName).OfType<string>().Distinct().ToList();
        if (capabilities.Count > MaxCapabilities)
        {
            value.Error($"it has {capabilities.Count} entries; {MaxCapabilities} are allowed");
        }

        return capabilities;
    }

    /// <summary>The settings as given.</summary>
    private sealed class Draft
    {
        public Template? Agent { get; set; }

        public string? AgentText { get; set; }

        public string? AlternativeText { get; set; }

        public string? AgentType { get; set; }

        public Template? Goal { get; set; }

        public IReadOnlyList<string> Capabilities { get; set; } = [];

        public OutputSchema? OutputSchema { get; set; }

        public int? MaxTokens { get; set; }

        public Template? Alternative { get; set; }
    }
}
