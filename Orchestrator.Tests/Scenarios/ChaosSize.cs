namespace Orchestrator.Tests.Scenarios;

/// <summary>
/// How much of it. The short form runs with the other tests; the long one (two services, 500 runs, ten kills) with
/// <c>ORCHESTRATOR_CHAOS=long dotnet test --filter FullyQualifiedName~Scenarios</c>.
/// </summary>
internal sealed record ChaosSize(int Services, int Runs, int Kills)
{
    public static bool IsLong => OfThisRun.Services > 1;

    public static ChaosSize OfThisRun { get; } = Environment.GetEnvironmentVariable("ORCHESTRATOR_CHAOS") switch
    {
        null or "" or "short" => new ChaosSize(Services: 1, Runs: 200, Kills: 3),
        "long" => new ChaosSize(Services: 2, Runs: 500, Kills: 10),
        var other => throw new InvalidOperationException($"ORCHESTRATOR_CHAOS is '{other}'; it may be 'short' or 'long'."),
    };
}
