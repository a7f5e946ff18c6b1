using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>People are told.</summary>
internal static class NotifyForm
{
    private const int MaxChannel = 100;

    public static StepForm Form { get; } = new()
    {
        Name = "notify",
        Timeout = TimeSpan.FromSeconds(15),
        Fields =
        [
            new Field<StepDraft>("channel", Shape.Text, (step, value) => Of(step).Channel = ReadChannel(step, value)),
            new Field<StepDraft>("message", Shape.Text, (step, value) => Of(step).Message = value.Name() is null ? null : value.Template(step.Mentions)),
            new Field<StepDraft>("data", Shape.Any, (step, value) => Of(step).Data = value.Template(step.Mentions)),
            new Field<StepDraft>("severity", Shape.OneOf(NotifyAction.Severities), (step, value) => Of(step).Severity = ReadSeverity(value)),
        ],
        Check = (step, given) =>
        {
            StepForm.Require(step, given, "channel", "The name of a configured channel, or alerts.");
            StepForm.Require(step, given, "message", "What people are told.");
        },
        Build = step => new NotifyAction(Of(step).Channel!, Of(step).Message!, Of(step).Data, Of(step).Severity ?? NotifyAction.DefaultSeverity),
    };

    private static Draft Of(StepDraft step) => step.Settings<Draft>();

    /// <summary>A name: an address of a webhook is a secret, and has no place in a file.</summary>
    private static Template? ReadChannel(StepDraft step, FieldValue value)
    {
        if (value.Name() is not { } name)
        {
            return null;
        }

        if (name.Contains("://", StringComparison.Ordinal))
        {
            value.Error("a channel is a name, not an address", "The address of a webhook is a secret: set it as Notifications__Channels__<name>.");
        }
        else if (name.Length > MaxChannel && !name.Contains("{{", StringComparison.Ordinal))
        {
            value.Error($"it has {name.Length} characters; {MaxChannel} are allowed");
        }

        return value.Template(step.Mentions);
    }

    private static string? ReadSeverity(FieldValue value)
    {
        if (value.Text() is { } word && !NotifyAction.Severities.Contains(word))
        {
            value.NoneOf(NotifyAction.Severities, word);
        }

        return value.Node is Yaml.ScalarNode scalar ? scalar.Text : null;
    }

    private sealed class Draft
    {
        public Template? Channel { get; set; }

        public Template? Message { get; set; }

        public Template? Data { get; set; }

        public string? Severity { get; set; }
    }
}
