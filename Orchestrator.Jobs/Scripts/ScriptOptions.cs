namespace Orchestrator.Jobs.Scripts;

/// <summary>Settings of <c>script</c> steps, section <c>Orchestrator:Scripts</c>.</summary>
public sealed class ScriptOptions
{
    /// <summary>Node.js, a path or a name on the <c>PATH</c>; version 20 or newer. Default <c>node</c>.</summary>
    public string Node { get; set; } = "node";

    /// <summary>Scripts that one process of the service runs at a time; the others wait. Default: twice the processors, at least 4; 1 to 256.</summary>
    public int Concurrency { get; set; } = Math.Max(4, 2 * Environment.ProcessorCount);

    /// <summary>Node.js processes that are kept ready once a script has run; each takes some 40 MiB. Default 2; 0 to 64.</summary>
    public int Ready { get; set; } = 2;

    /// <summary>Memory of a step that does not say <c>memory_mb</c>, MiB. Default 64; 16 to <see cref="MaxMemoryMb"/>.</summary>
    public int MemoryMb { get; set; } = 64;

    /// <summary>The most that a step's <c>memory_mb</c> may be, MiB. Default 256; 16 to 4,096.</summary>
    public int MaxMemoryMb { get; set; } = 256;

    /// <summary>Longest script, bytes in UTF-8. Default 256 KiB; 1 KiB to 1 MiB.</summary>
    public int MaxSourceBytes { get; set; } = 256 * 1024;

    /// <summary>The packages that <c>allowed_modules</c> may name. Default: <c>modules/node_modules</c> in the data folder.</summary>
    public string? ModulesFolder { get; set; }

    /// <summary>Runs scripts where the machine gives them no network namespace: what escapes a script has the network then. Default false.</summary>
    public bool AllowWithoutNamespaces { get; set; }

    /// <summary>Says of each setting whether it may be so.</summary>
    internal void Check(Action<bool, string, object?, string> check)
    {
        check(!string.IsNullOrWhiteSpace(Node), "Scripts:Node", Node, "a path or a name on the PATH");
        check(Concurrency is >= 1 and <= 256, "Scripts:Concurrency", Concurrency, "1 to 256");
        check(Ready is >= 0 and <= 64, "Scripts:Ready", Ready, "0 to 64");
        check(MaxMemoryMb is >= 16 and <= 4096, "Scripts:MaxMemoryMb", MaxMemoryMb, "16 to 4096");
        check(MemoryMb >= 16 && MemoryMb <= MaxMemoryMb, "Scripts:MemoryMb", MemoryMb, "16 to Scripts:MaxMemoryMb");
        check(MaxSourceBytes is >= 1024 and <= 1 << 20, "Scripts:MaxSourceBytes", MaxSourceBytes, "1024 to 1048576");
    }
}
