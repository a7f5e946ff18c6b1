namespace Orchestrator.Tests.Support;

/// <summary>A path of a target whose callers take a moment, and how many of them were inside at the same time.</summary>
internal sealed class BusyTarget
{
    /// <summary>What a call takes: others that may come meanwhile do so.</summary>
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private int _inside;

    public BusyTarget(TargetServer target, string path) => target.On(path, async (http, _) =>
    {
        lock (_lock)
        {
            Most = Math.Max(Most, ++_inside);
        }

        await Task.Delay(Work);
        lock (_lock)
        {
            _inside--;
        }

        await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
    });

    /// <summary>So many were inside at most, since it was last set to 0.</summary>
    public int Most { get; set; }
}
