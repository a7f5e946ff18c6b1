using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Parsing.Reading;

namespace Orchestrator.Workflows.Parsing.Linking;

/// <summary>Links the steps of a draft, and makes the definition of it when nothing is wrong.</summary>
internal static class Assembler
{
    /// <summary>The definition; null where there is any error in the report.</summary>
    public static WorkflowDefinition? Assemble(WorkflowDraft draft, Report report)
    {
        var index = StepIndex.Build(draft.Steps, report);
        var graph = Dependencies.Link(draft.Steps, index, report);
        Inherit(draft);
        var readSets = new ReadSets(draft.Steps, index, graph, report);
        var reads = draft.Steps.Select(readSets.Of).ToList();
        var outputReads = readSets.OfOutput(draft);
        return report.HasErrors || graph is null ? null : Build(draft, graph, reads, outputReads);
    }

    /// <summary>The limit of <c>defaults</c> is every step's that has none of its own; its key is checked once for each.</summary>
    private static void Inherit(WorkflowDraft draft)
    {
        foreach (var step in draft.Steps.Where(step => step.RateLimit is null && draft.DefaultRateLimit is not null))
        {
            step.RateLimit = draft.DefaultRateLimit;
            step.Mentions.AddRange(draft.DefaultRateLimit!.Mentions);
        }
    }

    private static WorkflowDefinition Build(
        WorkflowDraft draft, StepGraph graph, List<IReadOnlyList<int>> reads, IReadOnlyList<int> outputReads)
    {
        var retry = draft.DefaultRetry.Over(draft.ConfigRetry.Over(RetryPolicy.Default));
        return new WorkflowDefinition
        {
            Key = draft.Key!,
            Name = draft.Name,
            Description = draft.Description,
            Version = draft.Version,
            Tags = draft.Tags,
            Metadata = draft.Metadata,
            Triggers = draft.Triggers.Count > 0 ? draft.Triggers : [new ManualTrigger()],
            Inputs = draft.Inputs,
            Variables = draft.Variables,
            Config = draft.Config,
            Readiness = draft.Readiness,
            Output = draft.Output,
            OutputReads = draft.Output is null ? graph.Sinks : outputReads,
            Graph = graph,
            Steps = [.. draft.Steps.Select(step => Build(step, draft, retry, reads[step.Index]))],
        };
    }

    private static StepDefinition Build(StepDraft step, WorkflowDraft draft, RetryPolicy retry, IReadOnlyList<int> reads) => new()
    {
        Id = step.Id!.Value.Id,
        Index = step.Index,
        Name = step.Name,
        Description = step.Description,
        Action = step.Action!,
        When = step.When,
        Timeout = step.Timeout ?? draft.DefaultTimeout ?? StepForms.Find(step.Type)?.Timeout,
        Retry = WithAlternative(step, step.Retry.Over(step.Retries.Over(retry))),
        RequiredAccuracy = step.RequiredAccuracy,
        Output = step.Output,
        RateLimit = step.RateLimit?.Build(),
        Exclusive = step.Exclusive,
        Priority = step.Priority,
        Queue = step.Queue ?? (draft.Config.Queue is null ? StepForms.Find(step.Type)?.Queue : null),
        Reads = reads,
    };

    private static RetryPolicy WithAlternative(StepDraft step, RetryPolicy retry) =>
        step.Action!.HasAlternative ? retry with { MaxAttempts = retry.MaxAttempts * 2 } : retry;
}
