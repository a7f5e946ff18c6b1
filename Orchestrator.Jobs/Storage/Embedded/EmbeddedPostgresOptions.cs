namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>What the embedded PostgreSQL is started with.</summary>
internal sealed record EmbeddedPostgresOptions
{
    /// <summary>The folder that holds it, made when it is missing: locks, password, log and data. Usually <c>.orchestrator/postgres</c>.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Server settings beyond the defaults, or instead of them. Read at a start of the server, not when attaching to a running one.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the binaries are looked for. Default: this machine's usual places.</summary>
    public BinarySearch Binaries { get; init; } = BinarySearch.OfThisMachine();

    /// <summary>How long a start may take, crash recovery included, and how long to wait for another process that is starting it. Default 60 s.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait for the processes that a killed server leaves behind. Default 10 s; they usually go within one.</summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where root's data goes when the unprivileged user can't reach <see cref="DataFolder"/>. Default <c>/var/lib/orchestrator</c>.</summary>
    public string FallbackFolder { get; init; } = "/var/lib/orchestrator";
}
