using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>An intent event is reported.</summary>
internal static class EmitEventForm
{
    public static StepForm Form { get; } = new()
    {
        Name = "emit_event",
        Fields =
        [
            new Field<StepDraft>("event_type", Shape.Text, (step, value) => Of(step).EventType = ReadType(step, value)),
            new Field<StepDraft>("payload", Shape.Either(Shape.Mapping, Shape.Text), (step, value) => Of(step).Payload = ReadPayload(step, value)),
            new Field<StepDraft>("user_id", Shape.Text, (step, value) => Of(step).UserId = ReadText(step, value)),
            new Field<StepDraft>("intent_id", Shape.Text, (step, value) => Of(step).IntentId = ReadText(step, value)),
        ],
        Check = (step, given) => StepForm.Require(step, given, "event_type", "What has happened, such as mood_noted."),
        Build = step => new EmitEventAction(Of(step).EventType!, Of(step).Payload, Of(step).UserId, Of(step).IntentId),
    };

    private static Draft Of(StepDraft step) => step.Settings<Draft>();

    private static Template? ReadText(StepDraft step, FieldValue value)
    {
        if (value.Name() is not { } text)
        {
            return null;
        }

        if (text.Length > EmitEventAction.MaxText && !text.Contains("{{", StringComparison.Ordinal))
        {
            value.Error($"it has {text.Length} characters; {EmitEventAction.MaxText} are allowed");
        }

        return value.Template(step.Mentions);
    }

    private static Template? ReadType(StepDraft step, FieldValue value)
    {
        if (value.Node is ScalarNode scalar && RunEnd.Is(scalar.Text))
        {
            value.Error("events of this type are kept for the ends of runs, which the service notes itself", "Choose another type.");
        }

        return ReadText(step, value);
    }

    /// <summary>A mapping, or an expression that becomes one.</summary>
    private static Template? ReadPayload(StepDraft step, FieldValue value)
    {
        if (value.Node is MappingNode || (value.Node is ScalarNode scalar && scalar.Text.StartsWith("{{", StringComparison.Ordinal)))
        {
            return value.Template(step.Mentions);
        }

        value.Expected("a mapping");
        return null;
    }

    private sealed class Draft
    {
        public Template? EventType { get; set; }

        public Template? Payload { get; set; }

        public Template? UserId { get; set; }

        public Template? IntentId { get; set; }
    }
}
