using Npgsql;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Execution;

/// <summary>What a step that takes several turns has come to.</summary>
/// <param name="Blocks">What has become of its blocks.</param>
/// <param name="Data">What its type keeps; undefined: nothing.</param>
internal sealed record StepProgress(OwnerSnapshot Blocks, Value Data)
{
    public static StepProgress None { get; } = new(default, Value.Undefined);

    /// <summary>The seven numbers of a row, from a column on.</summary>
    public static OwnerSnapshot ReadBlocks(NpgsqlDataReader row, int column) => new()
    {
        Opened = row.GetInt32(column),
        Ended = row.GetInt32(column + 1),
        Succeeded = row.GetInt32(column + 2),
        FailedStep = row.IsDBNull(column + 3) ? null : row.GetInt32(column + 3),
        Wake = new Wake(row.GetInt32(column + 4), row.GetInt32(column + 5), row.GetBoolean(column + 6)),
    };
}
