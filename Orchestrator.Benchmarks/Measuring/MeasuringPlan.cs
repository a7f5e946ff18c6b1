namespace Orchestrator.Benchmarks.Measuring;

/// <summary>What is measured, and how.</summary>
internal sealed record MeasuringPlan
{
    public required string Benchmark { get; init; }

    /// <summary>What each of a run's values is.</summary>
    public required IReadOnlyList<string> Titles { get; init; }

    public required string Unit { get; init; }

    public bool IsRate { get; init; } = true;

    /// <summary>The database whose counters count.</summary>
    public required string Database { get; init; }

    /// <summary>Whether a worker polls that database meanwhile.</summary>
    public bool HasWorker { get; init; } = true;

    /// <summary>Whether a run ends every session that it uses; else sessions, and the service, go on through all runs.</summary>
    public bool EndsSessions { get; init; }

    /// <summary>What a run needs, and is not measured.</summary>
    public Func<CancellationToken, Task> Prepare { get; init; } = _ => Task.CompletedTask;

    /// <summary>One run; a value for each title. Also called once to warm up.</summary>
    public required Func<CancellationToken, Task<double[]>> Run { get; init; }

    public required Func<CancellationToken, Task<double>> Bound { get; init; }

    public required string BoundIs { get; init; }

    public required string Per { get; init; }

    public required double UnitsPerRun { get; init; }

    /// <summary>Statements, each a commit, that the benchmark itself has sent to that database so far.</summary>
    public Func<int> OwnStatements { get; init; } = () => 0;
}
