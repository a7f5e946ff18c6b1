using System.Globalization;
using System.Runtime.InteropServices;
using Orchestrator.Benchmarks.Database;

namespace Orchestrator.Benchmarks.Output;

/// <summary>Where and when it was measured.</summary>
internal sealed record Machine
{
    public required int Cores { get; init; }

    public required double MemoryGiB { get; init; }

    public required string Os { get; init; }

    public required string DotNet { get; init; }

    public required string PostgreSql { get; init; }

    /// <summary>The settings that decide about durability.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    public required DateTime DateUtc { get; init; }

    public static async Task<Machine> OfAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string>();
        await using var command = cluster.Administration.CreateCommand(
            """
            select name, setting from pg_settings
            where name in ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method') order by name
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            settings[row.GetString(0)] = row.GetString(1);
        }

        settings.Remove("server_version", out var version);
        return new Machine
        {
            Cores = Environment.ProcessorCount,
            MemoryGiB = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
            Os = RuntimeInformation.OSDescription,
            DotNet = RuntimeInformation.FrameworkDescription,
            PostgreSql = version!,
            Settings = settings,
            DateUtc = DateTime.UtcNow,
        };
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{DateUtc:yyyy-MM-dd HH:mm} UTC, {Cores} cores, {MemoryGiB} GiB, {Os}, {DotNet}, PostgreSQL {PostgreSql} ({string.Join(", ", Settings.Select(one => $"{one.Key} {one.Value}"))})");
}
