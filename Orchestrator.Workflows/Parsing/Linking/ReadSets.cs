using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Reading;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Linking;

/// <summary>Checks the steps that expressions name, and works out whose results each step reads.</summary>
internal sealed class ReadSets(IReadOnlyList<StepDraft> steps, StepIndex index, Dependencies? links, Report report)
{
    private readonly Visibility? _visibility = links is null ? null : new Visibility(links);
    private long _reads;

    /// <summary>The steps whose results or states this one reads, ascending.</summary>
    public IReadOnlyList<int> Of(StepDraft step)
    {
        var reads = new SortedSet<int>();
        Check(step, step.Mentions, "A result is there once the step has ended.", reads);
        Check(step, step.OutputMentions, "In `output` the raw result is `step.result`.", reads);
        if (links is null)
        {
            return [];
        }

        CheckNames(step);

        if (Expressions(step).Any(references => references.AllSteps))
        {
            AddAll(step, steps.Count, Enumerable.Range(0, steps.Count), reads);
        }
        else if (Expressions(step).Any(references => references.AllResults))
        {
            AddAll(step, _visibility!.CountUpstream(step), _visibility.Upstream(step), reads);
        }

        if (step.Action?.SendsDependencies == true)
        {
            reads.UnionWith(links.Blueprint.Graph.Parents(step.Index));
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

            if (!mention.Step.IsResult || _visibility is null || _visibility.CanRead(step, other))
            {
                reads.Add(other.Index);
                continue;
            }

            var (message, hint) = other == step
                ? ("a step can't read its own result before it has one", ownResultHint)
                : _visibility.ItemsAround(step, other) is { } items
                ? ($"each item of `{items.Id?.Id}` has a result of `{mention.Step.StepId}` of its own", $"Read results.{items.Id?.Id}, the list of all.")
                : ($"the result of `{mention.Step.StepId}` may not be there: this step doesn't wait for it", $"Add `{mention.Step.StepId}` to `depends_on`.");
            report.ErrorInside(mention.Scalar, mention.Step.Offset, mention.Path, message, hint);
        }
    }

    /// <summary>Names that exist only in some places: the item of a list, the pass of a loop, the error of a failure.</summary>
    private void CheckNames(StepDraft step)
    {
        if (_visibility!.Levels(step).Skip(1).Any(around => around.Action is null))
        {
            return; // what is wrong with a step around it is reported, and which names it would have given is not known
        }

        var roots = Expressions(step).SelectMany(references => references.Roots).ToHashSet();
        var items = _visibility.ItemNames(step);
        foreach (var name in report.ItemNames.Where(name => roots.Contains(name) && name != RootNames.Item && !items.Contains(name)))
        {
            step.Field.Error($"`{name}` is the name of an item, and this step is not inside of that `for_each`");
        }

        if ((roots.Contains(RootNames.Item) || roots.Contains(RootNames.Index)) && !_visibility.IsInForEach(step))
        {
            step.Field.Error("`item` and `index` are there inside of a `for_each` only", "Name this step in the `steps` of one.");
        }

        if (roots.Contains(RootNames.Iteration) && !_visibility.IsInLoop(step))
        {
            step.Field.Error("`iteration` is there inside of a `loop` only", "Name this step in the `steps` of one.");
        }

        if (roots.Contains(RootNames.Error) && !_visibility.IsInDetached(step))
        {
            step.Field.Error("`error` is there only in a step that runs because another has failed", "Name this step as its alternative, or as a `compensate`.");
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
        new[] { step.Output?.References, step.Set?.References, step.When?.References, step.RateLimit?.Key?.References, step.Exclusive?.Name.References }
            .OfType<References>()
            .Concat(step.Action?.References ?? []);
}
