using System.Text.Json;
using Orchestrator.Jobs.Queries;

namespace Orchestrator.Web.Api;

internal sealed record AttemptList(IReadOnlyList<AttemptJson> Items, Guid? NextCursor);

internal sealed record LogList(IReadOnlyList<LogLineJson> Items, int? NextCursor);

/// <summary>An attempt that has ended, in the order in which they did.</summary>
internal sealed record AttemptJson
{
    public required Guid AttemptId { get; init; }

    public required string StepId { get; init; }

    public required int Attempt { get; init; }

    public required DateTime StartedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    public required bool Success { get; init; }

    public int? StatusCode { get; init; }

    public string? Error { get; init; }

    public static AttemptJson Of(AttemptRow row) => new()
    {
        AttemptId = row.AttemptId,
        StepId = row.StepId,
        Attempt = row.Attempt,
        StartedAt = row.StartedAt,
        FinishedAt = row.FinishedAt,
        Success = row.Success,
        StatusCode = row.StatusCode,
        Error = row.ErrorText,
    };
}

/// <summary>A line that an attempt left; or one of the run's own, such as an operator's decision.</summary>
internal sealed record LogLineJson(DateTime At, string? StepId, int? Attempt, string Level, string Message, JsonElement? Data)
{
    public static LogLineJson Of(LogRow row) => new(row.At, row.StepId, row.Attempt, row.Level, row.Message, ApiJson.Raw(row.Data));
}
