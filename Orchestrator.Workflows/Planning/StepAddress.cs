using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Planning;

/// <summary>A step's address in a run, such as <c>process[3].fetch</c>, as the way to it: through which step, which of its blocks.</summary>
/// <param name="Step">Its index in the definition.</param>
/// <param name="Way">The steps that contain it, the outermost first, each with the block on the way.</param>
public sealed partial record StepAddress(int Step, IReadOnlyList<(int Owner, int Iteration)> Way)
{
    /// <summary>Finds an address in a definition; or says what is wrong with it.</summary>
    public static (StepAddress? Address, string? Problem) Find(WorkflowDefinition definition, string text)
    {
        var match = Address().Match(text);
        if (!match.Success)
        {
            return (null, $"'{text}' is no step's address: it is an id, or for a step in a loop or for_each one such as process[3].fetch");
        }

        var id = match.Groups["id"].Value;
        if (definition.Steps.FirstOrDefault(step => step.Id == id) is not { } found)
        {
            return (null, $"there is no step '{id}' in this version; it has {string.Join(", ", definition.Steps.Take(20).Select(step => step.Id))}{(definition.Steps.Count > 20 ? ", …" : "")}");
        }

        var way = new List<(int, int)>();
        var rest = new Stack<(string Owner, int Iteration)>(match.Groups["owner"].Captures.Zip(
            match.Groups["iteration"].Captures, (owner, iteration) => (owner.Value, int.Parse(iteration.Value, CultureInfo.InvariantCulture))));
        for (var body = definition.Blueprint.BodyOf(found.Index); body != 0; body = definition.Blueprint.BodyOf(way[^1].Item1))
        {
            if (definition.Bodies[body].Owner is not { } owner || definition.Steps[owner].Action is RaceAction)
            {
                return (null, $"'{id}' is part of a race, or only there for a failure: restart from the step that it belongs to");
            }

            var place = 0;
            if (definition.Steps[owner].Action is LoopAction or ForEachAction)
            {
                if (!rest.TryPop(out var named) || named.Owner != definition.Steps[owner].Id)
                {
                    return (null, $"'{id}' is there for each pass or item of '{definition.Steps[owner].Id}': say which, as in {definition.Steps[owner].Id}[0].{id}");
                }

                place = named.Iteration;
            }
            else
            {
                place = definition.Steps[owner].Opens.ToList().IndexOf(body);
            }

            way.Add((owner, place));
        }

        way.Reverse();
        return rest.Count > 0 ? (null, $"'{id}' is not in '{rest.Peek().Owner}'") : (new StepAddress(found.Index, way), null);
    }

    [GeneratedRegex(@"\A(?:(?<owner>[^\[\].]+)\[(?<iteration>[0-9]{1,7})\]\.)*(?<id>[^\[\].]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
