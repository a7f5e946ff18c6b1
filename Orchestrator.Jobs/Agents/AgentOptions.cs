namespace Orchestrator.Jobs.Agents;

/// <summary>How agents are called (section <c>Agents</c>).</summary>
public sealed class AgentOptions
{
    /// <summary>Where agents are called that have no endpoint of their own. Default: none; on a trial, the sample agent service.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The token that goes to <see cref="Endpoint"/>, and nowhere else. Default: none.</summary>
    public string? Token { get; set; }

    /// <summary>
    /// Agent tasks that one process works on at a time; 0: none. They have a queue of their own, <c>agents</c>, which is served
    /// by whoever serves <c>default</c>. Default 5; 0 to 1,000.
    /// </summary>
    public int MaxConcurrent { get; set; } = 5;

    internal void Check(Action<bool, string, object?, string> check)
    {
        check(Endpoint is null or { IsAbsoluteUri: true, Scheme: "http" or "https" }, "Agents:Endpoint", Endpoint, "an absolute http or https address");
        check(MaxConcurrent is >= 0 and <= 1000, "Agents:MaxConcurrent", MaxConcurrent, "0 to 1000");
    }
}
