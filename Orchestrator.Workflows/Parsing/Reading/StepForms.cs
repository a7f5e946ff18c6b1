using System.Collections.Frozen;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>The types of steps that the format knows. A new one is a form here and an executor for its action.</summary>
internal static class StepForms
{
    private static readonly StepForm[] All =
    [
        HttpForm.Form, TransformForm.Form, BranchForms.Condition, BranchForms.Switch, ContainerForms.Parallel, ContainerForms.Race, ContainerForms.Loop,
        ContainerForms.ForEach, WaitForms.Event, WaitForms.Approval, WaitForms.Workflow, ControlForms.Delay, ControlForms.Cancel, ControlForms.Succeed, ControlForms.Fail,
        AgentTaskForm.Form, EmitEventForm.Form, NotifyForm.Form, ScriptForm.Form,
    ];

    private static readonly FrozenDictionary<string, StepForm> ByName = All.ToFrozenDictionary(form => form.Name);

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(form => form.Name)];

    public static IEnumerable<StepForm> Forms => All;

    public static StepForm? Find(string? name) => name is null ? null : ByName.GetValueOrDefault(name);
}
