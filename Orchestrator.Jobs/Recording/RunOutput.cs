using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Recording;

/// <summary>
/// What a run that succeeded gives back: its workflow's <c>output</c>, or the result of the step that nothing depends
/// on; of several such steps, their results by id.
/// </summary>
internal static class RunOutput
{
    public static StepNeeds Needs(WorkflowDefinition definition) => definition.Output is { } output
        ? new StepNeeds(
            definition.OutputReads,
            output.References.Roots.Contains(RootNames.Inputs) || output.References.Roots.Contains(RootNames.Variables))
        : new StepNeeds(definition.Blueprint.Main.Sinks, false);

    /// <exception cref="EvaluationException">The workflow's <c>output</c> can't be evaluated.</exception>
    public static Value Of(LoadedWorkflow workflow, RunMemory memory)
    {
        var definition = workflow.Definition;
        if (definition.Output is { } output)
        {
            var value = output.Render(new StepScope(workflow, memory, definition.OutputReads));
            return value.IsUndefined ? Value.Null : value;
        }

        var results = new StepScope(workflow, memory, definition.Blueprint.Main.Sinks).Results();
        return definition.Blueprint.Main.Sinks is [var only]
            ? memory.Step(only)?.Output is { IsUndefined: false } result ? result : Value.Null
            : results;
    }
}
