using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Definitions;

/// <summary>Tells people (<c>notify</c>).</summary>
/// <param name="Channel">Name of a configured webhook, or <see cref="Alerts"/>.</param>
/// <param name="Message">Text.</param>
/// <param name="Data">Anything that goes with it; null: nothing.</param>
/// <param name="Severity">Of an alert: one of <see cref="Severities"/>.</param>
public sealed record NotifyAction(Template Channel, Template Message, Template? Data, string Severity) : StepAction
{
    /// <summary>The channel that is always there: a row of <c>alerts</c>.</summary>
    public const string Alerts = "alerts";

    public const string DefaultSeverity = "warning";

    /// <summary>Of an alert, in characters; what is longer is cut.</summary>
    public const int MaxMessage = 2000;

    public static IReadOnlyList<string> Severities { get; } = ["info", "warning", "critical"];

    public override string Type => "notify";

    public override bool HasEffect => true;

    public override IEnumerable<References> References =>
        new[] { Channel, Message, Data }.OfType<Template>().Select(template => template.References);
}
