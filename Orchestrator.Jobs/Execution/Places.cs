using Npgsql;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Execution;

/// <summary>How a step's place stands in its row: its index in the definition, and three numbers for each step around it.</summary>
internal static class Places
{
    private const int NumbersEach = 3;

    /// <summary>Null: in the workflow's own body.</summary>
    public static StepPlace? Read(NpgsqlDataReader row, int definitionStep, int owners) =>
        row.IsDBNull(definitionStep) ? null : Of(row.GetInt32(definitionStep), row.GetFieldValue<int[]>(owners));

    public static StepPlace Of(int definitionStep, int[] owners) => new(definitionStep, Openers(owners));

    /// <summary>PostgreSQL's text of the array.</summary>
    public static string Write(StepPlace place) =>
        $"{{{string.Join(',', place.Owners.SelectMany(owner => new[] { owner.Number, owner.Step, owner.Iteration }))}}}";

    private static Opener[] Openers(int[] numbers) =>
        [.. numbers.Chunk(NumbersEach).Select(one => new Opener(one[0], one[1], one[2]))];
}
