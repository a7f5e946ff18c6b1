using Orchestrator.Workflows.Parsing.Reading;

namespace Orchestrator.Workflows.Parsing.Linking;

/// <summary>Finds steps by their ids; of steps that share one the first is meant.</summary>
internal sealed class StepIndex
{
    private readonly Dictionary<string, StepDraft> _byId = new(StringComparer.Ordinal);

    private StepIndex()
    {
    }

    public IReadOnlyCollection<string> Ids => _byId.Keys;

    /// <summary>Indexes the steps, and reports ids that are there twice.</summary>
    public static StepIndex Build(IReadOnlyList<StepDraft> steps, Report report)
    {
        var index = new StepIndex();
        foreach (var step in steps)
        {
            if (step.Id is not { } id || index._byId.TryAdd(id.Id, step))
            {
                continue;
            }

            var first = index._byId[id.Id].Id!.Value.Position.Line;
            report.Error(id.Position, id.Path, $"the step id `{id.Id}` is here twice, first in line {first}", "Rename one of the two.");
        }

        return index;
    }

    public StepDraft? Find(string id) => _byId.GetValueOrDefault(id);
}
