using Npgsql;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Execution;

/// <summary>
/// How a step's place stands in its row: its index in the definition, and three numbers for each step around it. Of a step
/// that opened a compensation three more follow, with what is undone: the number below zero (-1 for step 0), its index in
/// the definition, and how many triples of its own place come after them.
/// </summary>
internal static class Places
{
    private const int NumbersEach = 3;

    /// <summary>Null: in the workflow's own body.</summary>
    public static StepPlace? Read(NpgsqlDataReader row, int definitionStep, int owners) =>
        row.IsDBNull(definitionStep) ? null : Of(row.GetInt32(definitionStep), row.GetFieldValue<int[]>(owners));

    public static StepPlace Of(int definitionStep, int[] owners) => new(definitionStep, Openers(owners));

    /// <summary>PostgreSQL's text of the array.</summary>
    public static string Write(StepPlace place) => $"{{{string.Join(',', Numbers(place))}}}";

    private static IEnumerable<int> Numbers(StepPlace place) => place.Owners.SelectMany(owner => (int[])[owner.Number, owner.Step, owner.Iteration, .. Undone(owner)]);

    private static int[] Undone(Opener owner)
    {
        if (owner.Undoes is not { } undone)
        {
            return [];
        }

        int[] around = undone.Place is { } place ? [.. Numbers(place)] : [];
        return [-1 - undone.Number, undone.Place?.Step ?? undone.Number, around.Length / NumbersEach, .. around];
    }

    private static List<Opener> Openers(ReadOnlySpan<int> numbers)
    {
        var openers = new List<Opener>(numbers.Length / NumbersEach);
        while (numbers is [var number, var step, var third, .. var rest])
        {
            if (number >= 0)
            {
                openers.Add(new Opener(number, step, third));
                numbers = rest;
                continue;
            }

            var around = rest[..(third * NumbersEach)];
            openers[^1] = openers[^1] with { Undoes = new UndoneStep(-1 - number, around.IsEmpty ? null : new StepPlace(step, Openers(around))) };
            numbers = rest[around.Length..];
        }

        return openers;
    }
}
