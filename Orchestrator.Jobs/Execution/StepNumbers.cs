using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Execution;

/// <summary>
/// Finds the step of the run that an expression means by an id: in the reader's own block, in a block around it, or in the
/// newest block of a step there.
/// </summary>
internal static class StepNumbers
{
    /// <summary>The number; null: there is none yet, or a block has to be looked up first.</summary>
    /// <param name="blueprint">The workflow's.</param>
    /// <param name="memory">Of the run; knows blocks.</param>
    /// <param name="reader">Number of the reading step.</param>
    /// <param name="place">Its place.</param>
    /// <param name="wanted">Index of the wanted step.</param>
    /// <param name="unknown">Takes a block that has to be looked up; null: unknown blocks count as absent.</param>
    public static int? Find(
        Blueprint blueprint, RunMemory memory, int reader, StepPlace? place, int wanted, ICollection<(int Owner, int Body)>? unknown = null)
    {
        // The bodies around the wanted step, the innermost first, each with the step of it that leads down to the wanted one.
        var path = new List<(int Body, int Step)>();
        for (int? step = wanted; step is { } at; step = blueprint.Bodies[blueprint.BodyOf(at)].Owner)
        {
            path.Add((blueprint.BodyOf(at), at));
        }

        for (var (number, level) = (reader, place); ; (number, level) = level.Outside)
        {
            var body = blueprint.BodyOf(level?.Step ?? number);
            var found = path.FindIndex(one => one.Body == body);
            if (found >= 0)
            {
                return Descend(blueprint, memory, path, found, blueprint.Sibling(number, level, path[found].Step), unknown);
            }

            if (level is null)
            {
                return null;
            }
        }
    }

    private static int? Descend(
        Blueprint blueprint, RunMemory memory, List<(int Body, int Step)> path, int from, int number, ICollection<(int Owner, int Body)>? unknown)
    {
        for (var index = from - 1; index >= 0; index--)
        {
            var (body, step) = path[index];
            if (memory.NewestBlock(number, body) is not { } first)
            {
                if (!memory.KnowsBlock(number, body))
                {
                    unknown?.Add((number, body));
                }

                return null;
            }

            number = first + blueprint.Position(step);
        }

        return number;
    }
}
