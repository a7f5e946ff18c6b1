namespace Orchestrator.Workflows.Parsing.Yaml;

/// <summary>What one workflow file may ask of the service that reads it.</summary>
internal static class FileLimits
{
    /// <summary>Bytes of the file in UTF-8: 1 MiB.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Levels of lists and mappings.</summary>
    public const int MaxDepth = 64;

    /// <summary>Nodes that aliases add when each is written out.</summary>
    public const long MaxAliasedNodes = 100_000;

    /// <summary>Steps of one workflow.</summary>
    public const int MaxSteps = 10_000;

    /// <summary>Results that the steps of one workflow read, all together.</summary>
    public const long MaxReads = 1_000_000;
}
