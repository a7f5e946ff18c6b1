using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Definitions;

/// <summary>Reports an intent event (<c>emit_event</c>).</summary>
/// <param name="EventType">1 to 200 characters once rendered.</param>
/// <param name="Payload">Becomes an object; null: an empty one.</param>
/// <param name="UserId">Null: the run's.</param>
/// <param name="IntentId">Null: the run's.</param>
public sealed record EmitEventAction(Template EventType, Template? Payload, Template? UserId, Template? IntentId) : StepAction
{
    public const int MaxText = 200;

    public override string Type => "emit_event";

    public override bool HasEffect => true;

    public override IEnumerable<References> References =>
        new[] { EventType, Payload, UserId, IntentId }.OfType<Template>().Select(template => template.References);
}
