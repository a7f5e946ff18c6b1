using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Queries;

/// <summary>What a list of runs is narrowed to.</summary>
internal sealed record RunFilter
{
    /// <summary>A run's id is made by a service's clock, its time by the database's: as far as they may be apart.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);

    public required string Tenant { get; init; }

    public string? Status { get; init; }

    /// <summary>Only runs that steps of this run have started.</summary>
    public Guid? Parent { get; init; }

    public string? WorkflowKey { get; init; }

    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    /// <summary>A tag of the workflow, in the version that the run started with.</summary>
    public string? Tag { get; init; }

    /// <summary>
    /// Part of the run's id, workflow key, user, intent or error message, in small letters; the whole id of a run, or of
    /// a step's job, leads to it wherever it is.
    /// </summary>
    public string? Words { get; init; }

    public DateTime? From { get; init; }

    public DateTime? To { get; init; }

    /// <summary>It leaves nothing out.</summary>
    public bool IsEmpty => (Status ?? WorkflowKey ?? UserId ?? IntentId ?? Tag ?? Words) is null && Parent is null && From is null && To is null;

    /// <summary>Only this run and later ones.</summary>
    public Guid First { get; init; } = Guid.Empty;

    /// <summary>Only runs before this one.</summary>
    public Guid Before { get; init; } = Guid.AllBitsSet;

    /// <summary>At most so many.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Runs that one page looks at.</summary>
    public int Window { get; init; } = 50_000;

    /// <summary>The same with what follows for the ids: where a page begins and ends.</summary>
    public RunFilter Narrowed()
    {
        var (first, before) = (First, Before);
        if (From is { } from && from > DateTime.MinValue + ClockSkew)
        {
            first = Max(first, RunId.FirstAt(from - ClockSkew).Value);
        }

        if (To is { } to && to < DateTime.MaxValue - ClockSkew)
        {
            before = Min(before, RunId.FirstAt(to + ClockSkew).Value);
        }

        if (Guid.TryParse(Words, out var id))
        {
            var run = new JobId(id).Run;
            return this with { Words = null, First = Max(first, run.Value), Before = Min(before, run.LastJob.Value) };
        }

        return this with { First = first, Before = before };
    }

    private static Guid Max(Guid one, Guid other) => one > other ? one : other;

    private static Guid Min(Guid one, Guid other) => one < other ? one : other;
}
