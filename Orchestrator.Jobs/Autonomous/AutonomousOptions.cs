namespace Orchestrator.Jobs.Autonomous;

/// <summary>Settings of the autonomous cycle (seed 000), section <c>Orchestrator:Autonomous</c>.</summary>
public sealed class AutonomousOptions
{
    /// <summary>When a cycle starts by itself, in UTC; empty: never. Default <c>0 * * * *</c>, hourly (seed 000).</summary>
    public string Cron { get; set; } = "0 * * * *";

    /// <summary>Types of intent events that start a cycle. Default: <c>autonomous_cycle</c>.</summary>
    public string[] Events { get; set; } = ["autonomous_cycle"];

    /// <summary>Agents that one process evaluates at a time, in batches of 10 whose reads are one. Default 20; 10 to 1,000.</summary>
    public int EvaluatedAgents { get; set; } = 20;

    /// <summary>Agents whose workflows run at a time. Default 5 (seed 000); 1 to 10,000.</summary>
    public int ActiveAgents { get; set; } = 5;

    /// <summary>The least time between two workflows of an agent. Default 1 s (seed 000); up to an hour.</summary>
    public TimeSpan MinDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most time between two workflows of an agent. Default 3 s (seed 000); up to an hour.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Says of each setting whether it may be so.</summary>
    internal void Check(Action<bool, string, object?, string> check)
    {
        check(Events is not null && Events.All(one => one is { Length: > 0 and <= 200 }), "Autonomous:Events", string.Join(", ", Events ?? []),
            "event types of 1 to 200 characters");
        check(EvaluatedAgents is >= 10 and <= 1000, "Autonomous:EvaluatedAgents", EvaluatedAgents, "10 to 1000");
        check(ActiveAgents is >= 1 and <= 10_000, "Autonomous:ActiveAgents", ActiveAgents, "1 to 10000");
        check(MinDelay >= TimeSpan.Zero && MinDelay <= MaxDelay, "Autonomous:MinDelay", MinDelay, "zero to Autonomous:MaxDelay");
        check(MaxDelay <= TimeSpan.FromHours(1), "Autonomous:MaxDelay", MaxDelay, "at most 1 hour");
    }
}
