using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Reading;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Linking;

/// <summary>Checks the steps that expressions name, and works out whose results each step reads.</summary>
internal sealed class ReadSets(IReadOnlyList<StepDraft> steps, StepIndex index, StepGraph? graph, Report report)
{
    private readonly Lazy<Ancestry?> _ancestry = new(() => graph is null ? null : new Ancestry(graph));
    private long _reads;

    /// <summary>The steps whose results or states this one reads, ascending.</summary>
    public IReadOnlyList<int> Of(StepDraft step)
    {
        var reads = new SortedSet<int>();
        Check(step, step.Mentions, "A result is there once the step has ended.", reads);
        Check(step, step.OutputMentions, "In `output` the raw result is `step.result`.", reads);
        if (graph is null)
        {
            return [];
        }

        if (Expressions(step).Any(references => references.AllSteps))
        {
            AddAll(step, steps.Count, Enumerable.Range(0, steps.Count), reads);
        }
        else if (Expressions(step).Any(references => references.AllResults))
        {
            AddAll(step, _ancestry.Value!.CountAbove(step.Index), _ancestry.Value.Above(step.Index), reads);
        }

        if (step.Action?.SendsDependencies == true)
        {
            reads.UnionWith(graph.Parents(step.Index));
        }

        return [.. reads];
    }

    /// <summary>The steps whose results the run's output reads, ascending.</summary>
    public IReadOnlyList<int> OfOutput(WorkflowDraft workflow)
    {
        var reads = new SortedSet<int>();
        foreach (var mention in workflow.OutputMentions)
        {
            if (Find(mention) is { } other)
            {
                reads.Add(other.Index);
            }
        }

        return workflow.Output?.References is { AllResults: true } or { AllSteps: true } ? [.. Enumerable.Range(0, steps.Count)] : [.. reads];
    }

    private void Check(StepDraft step, List<Mention> mentions, string ownResultHint, SortedSet<int> reads)
    {
        foreach (var mention in mentions)
        {
            if (Find(mention) is not { } other)
            {
                continue;
            }

            if (!mention.Step.IsResult || graph is null || _ancestry.Value!.IsAbove(other.Index, step.Index))
            {
                reads.Add(other.Index);
                continue;
            }

            var (message, hint) = other == step
                ? ("a step can't read its own result before it has one", ownResultHint)
                : ($"the result of `{mention.Step.StepId}` may not be there: this step doesn't wait for it", $"Add `{mention.Step.StepId}` to `depends_on`.");
            report.ErrorInside(mention.Scalar, mention.Step.Offset, mention.Path, message, hint);
        }
    }

    private StepDraft? Find(Mention mention)
    {
        var id = mention.Step.StepId;
        if (index.Find(id) is { } step)
        {
            return step;
        }

        report.ErrorInside(mention.Scalar, mention.Step.Offset, mention.Path, $"there is no step `{id}`", report.Suggest(id, index.Ids));
        return null;
    }

    private void AddAll(StepDraft step, int count, IEnumerable<int> all, SortedSet<int> reads)
    {
        var before = _reads;
        _reads += count;
        if (_reads <= FileLimits.MaxReads)
        {
            reads.UnionWith(all);
        }
        else if (before <= FileLimits.MaxReads)
        {
            step.Field.Error(
                $"the steps read more than {FileLimits.MaxReads} results together, because they use `results` or `steps` as a whole",
                "Name the steps: results.some_step.");
        }
    }

    private static IEnumerable<References> Expressions(StepDraft step) =>
        new[] { step.Output?.References, step.When?.References, step.RateLimit?.Key?.References, step.Exclusive?.Name.References }
            .OfType<References>()
            .Concat(step.Action?.References ?? []);
}
