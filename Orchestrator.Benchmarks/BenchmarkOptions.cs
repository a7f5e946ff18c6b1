using System.Globalization;

namespace Orchestrator.Benchmarks;

/// <summary>The command line is wrong; the message says how.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkOptions
{
    public const string Usage =
        "Usage: dotnet run -c Release --project Orchestrator.Benchmarks [-- names… [--runs N] [--json FILE] [--peers FOLDER] [--instances FOLDER] [--statements] [--quick]]";

    /// <summary>Benchmarks to run; none: all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>How often each is measured. Default 3; 1 to 100.</summary>
    public int Runs { get; init; } = 3;

    /// <summary>Where the figures go as JSON; null: nowhere.</summary>
    public string? Json { get; init; }

    /// <summary>Scripts that measure other engines in the same session, see <see cref="Peers.PeerRuns"/>; null: none.</summary>
    public string? Peers { get; init; }

    /// <summary>A folder of instances of WfFormat 1.5 that <c>wfinstances</c> runs; null: the shapes that are part of this repository.</summary>
    public string? Instances { get; init; }

    /// <summary>Whether the statements that took the most time are shown.</summary>
    public bool Statements { get; init; }

    /// <summary>Few repetitions and no commit counts: says that it works, not how fast it is.</summary>
    public bool Quick { get; init; }

    /// <summary>Numbers of repetitions: as many as asked for, a fiftieth for a quick look.</summary>
    public int Scale(int count) => Quick ? Math.Max(2, count / 50) : count;

    /// <exception cref="UsageException">Something is not known.</exception>
    public static BenchmarkOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchmarkOptions();
        var names = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--quick" => options with { Quick = true },
                "--statements" => options with { Statements = true },
                "--runs" => options with { Runs = Count(Next()) },
                "--json" => options with { Json = Next() },
                "--instances" => options with { Instances = Next() },
                "--peers" => options with { Peers = Next() },
                ['-', ..] unknown => throw new UsageException($"Unknown option {unknown}."),
                var name => Named(name),
            };

            string Next() => ++i < arguments.Count ? arguments[i] : throw new UsageException($"{arguments[i - 1]} needs a value.");
        }

        return options with { Names = names };

        BenchmarkOptions Named(string name)
        {
            names.Add(name);
            return options;
        }
    }

    private static int Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 100
            ? count
            : throw new UsageException($"--runs is '{text}'; it has to be 1 to 100.");
}
