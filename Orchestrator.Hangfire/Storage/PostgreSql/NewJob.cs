using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.PostgreSql;

/// <summary>A job that is about to be stored: call, parameters, first state, place in a queue or in the schedule.</summary>
internal sealed record NewJob
{
    public required long Id { get; init; }

    public required InvocationData Invocation { get; init; }

    public required IReadOnlyDictionary<string, string?> Parameters { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required IState State { get; init; }

    public string? Queue { get; init; }

    /// <summary>Whole seconds since 1970 when it is due; null: it is not scheduled.</summary>
    public double? DueAt { get; init; }
}
