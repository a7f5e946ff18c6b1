using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>An expression becomes the result.</summary>
internal static class TransformForm
{
    public static StepForm Form { get; } = new()
    {
        Name = "transform",
        Fields =
        [
            new Field<StepDraft>("value", Shape.Any, (step, value) => step.Settings<Draft>().Value = value.ExpressionOrTemplate(step.Mentions)),
        ],
        Check = (step, given) => StepForm.Require(step, given, "value", "The expression that becomes the step's result."),
        Build = step => new TransformAction(step.Settings<Draft>().Value!),
    };

    private sealed class Draft
    {
        public Template? Value { get; set; }
    }
}
