using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing.Reading;

namespace Orchestrator.Workflows.Parsing.Linking;

/// <summary>Links the steps of a draft, and makes the definition of it when nothing is wrong.</summary>
internal static class Assembler
{
    /// <summary>The definition; null where there is any error in the report.</summary>
    public static WorkflowDefinition? Assemble(WorkflowDraft draft, Report report)
    {
        var index = StepIndex.Build(draft.Steps, report);
        var links = Dependencies.Link(draft.Steps, index, draft, report);
        Inherit(draft);
        var readSets = new ReadSets(draft.Steps, index, links, report);
        var reads = draft.Steps.Select(readSets.Of).ToList();
        var outputReads = readSets.OfOutput(draft);
        return report.HasErrors || links is null ? null : Build(draft, links, index, reads, outputReads);
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
        WorkflowDraft draft, Dependencies links, StepIndex index, List<IReadOnlyList<int>> reads, IReadOnlyList<int> outputReads)
    {
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
            Templates = draft.UsedTemplates,
            Output = draft.Output,
            OutputReads = draft.Output is null ? links.Blueprint.Main.Sinks : outputReads,
            Blueprint = links.Blueprint,
            Steps = [.. draft.Steps.Select(step => Build(step, draft, links, index, reads[step.Index]))],
        };
    }

    private static StepDefinition Build(
        StepDraft step, WorkflowDraft draft, Dependencies links, StepIndex index, IReadOnlyList<int> reads) => new()
        {
            Id = step.Id!.Value.Id,
            Index = step.Index,
            Name = step.Name,
            Description = step.Description,
            Action = step.Action!,
            When = step.When,
            // What waits for others has as much time as they take, unless the step itself says otherwise.
            Timeout = step.Timeout ?? (step.Action is ControlAction ? null : draft.DefaultTimeout) ?? StepForms.Find(step.Type)?.Timeout,
            Retry = WithAlternative(step, RetryOf(step, draft)),
            RequiredAccuracy = step.RequiredAccuracy,
            Join = step.Join ?? Join.All,
            Choosers = links.Blueprint.Rule(step.Index).Choosers,
            OnFailure = (step.OnFailure ?? (step.Action is ControlAction ? null : draft.DefaultOnFailure) ?? draft.Types.Recovery.Of(step.Type))?.Build() ?? FailurePolicy.Abort,
            Compensate = step.Compensate?.Id,
            Set = step.Set,
            Scope = step.Scope,
            Opens = links.Opens(step),
            Alternative = step.OnFailure is { Kind: OnFailure.Alternative, Alternatives: [var named] } ? links.Detached(index.Find(named.Id)!) : null,
            Output = step.Output,
            RateLimit = step.RateLimit?.Build(),
            Exclusive = step.Exclusive,
            Priority = step.Priority,
            Queue = step.Queue ?? (draft.Config.Queue is null ? StepForms.Find(step.Type)?.Queue : null),
            Reads = reads,
        };

    /// <summary>The nearest setting wins: the step, the file, the host for steps of the type.</summary>
    private static RetryPolicy RetryOf(StepDraft step, WorkflowDraft draft)
    {
        var none = new RetryDraft();
        var ofHost = (draft.Types.Recovery.Of(step.Type)?.Retry ?? none).Over(RetryPolicy.Default);
        var ofFile = ((step.OnFailure ?? draft.DefaultOnFailure)?.Retry ?? none).Over(draft.DefaultRetry.Over(draft.ConfigRetry.Over(ofHost)));
        return step.Retry.Over(step.Retries.Over(ofFile));
    }

    private static RetryPolicy WithAlternative(StepDraft step, RetryPolicy retry) =>
        step.Action!.HasAlternative ? retry with { MaxAttempts = retry.MaxAttempts * 2 } : retry;
}
