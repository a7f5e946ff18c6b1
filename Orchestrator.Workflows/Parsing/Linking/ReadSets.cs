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

    /// <summary>The steps whose results this one reads, ascending.</summary>
    public IReadOnlyList<int> Of(StepDraft step)
    {
        var reads = new SortedSet<int>();
        Check(step, step.Mentions, mayReadItself: false, reads);
        Check(step, step.OutputMentions, mayReadItself: true, reads);
        if (graph is null)
        {
            return [];
        }

        if (ReadsAll(step))
        {
            reads.UnionWith(_ancestry.Value!.CountAbove(step.Index) + _reads > FileLimits.MaxReads ? [] : _ancestry.Value.Above(step.Index));
            CountReads(step, _ancestry.Value.CountAbove(step.Index));
        }

        if (SendsWhatItDependsOn(step))
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
            if (Find(mention) is { } other && mention.Step.IsResult)
            {
                reads.Add(other.Index);
            }
        }

        return workflow.Output?.References.AllResults == true ? [.. Enumerable.Range(0, steps.Count)] : [.. reads];
    }

    private void Check(StepDraft step, List<Mention> mentions, bool mayReadItself, SortedSet<int> reads)
    {
        foreach (var mention in mentions)
        {
            if (Find(mention) is not { } other || !mention.Step.IsResult || (mayReadItself && other == step))
            {
                continue;
            }

            if (graph is null || _ancestry.Value!.IsAbove(other.Index, step.Index))
            {
                reads.Add(other.Index);
                continue;
            }

            var (id, hint) = (mention.Step.StepId, $"Add `{mention.Step.StepId}` to `depends_on`.");
            report.ErrorInside(
                mention.Scalar,
                mention.Step.Offset,
                mention.Path,
                other == step ? "a step can't read its own result before it has one" : $"the result of `{id}` may not be there: this step doesn't wait for it",
                other == step ? "" : hint);
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

    private void CountReads(StepDraft step, int count)
    {
        var before = _reads;
        _reads += count;
        if (before <= FileLimits.MaxReads && _reads > FileLimits.MaxReads)
        {
            step.Field.Error($"the steps read more than {FileLimits.MaxReads} results together, because they use `results` as a whole", "Name the steps: results.some_step.");
        }
    }

    private static bool ReadsAll(StepDraft step) =>
        step.When?.References.AllResults == true
        || new[] { step.Output, step.Value, step.Http.Call, step.Http.Url, step.Http.Query, step.Http.Headers, step.Http.Body }
            .Any(template => template?.References.AllResults == true);

    /// <summary>A <c>call</c> without a body sends the results of what it depends on; GET and HEAD have no body.</summary>
    private static bool SendsWhatItDependsOn(StepDraft step) =>
        step.Http is { Call: not null, Body: null, Method: not ("GET" or "HEAD") };
}
