namespace Orchestrator.Jobs.Simulation;

/// <summary>Time that passes only where it is told to.</summary>
internal sealed class VirtualTime(DateTime start) : TimeProvider
{
    public DateTime Now { get; private set; } = DateTime.SpecifyKind(start, DateTimeKind.Utc);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Now);

    public override long GetTimestamp() => Now.Ticks;

    public void PassUntil(DateTime moment) => Now = moment > Now ? moment : Now;
}
