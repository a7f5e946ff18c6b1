using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>
/// A folder as a newcomer has it: workflows and nothing else. The service brings its own PostgreSQL there, and keeps
/// its own admin key. Disposed, it leaves no server behind, even where the service was killed.
/// </summary>
internal sealed class Place : IAsyncDisposable
{
    private readonly TestFolder _folder = TestFolder.CreateForData();

    private Place()
    {
    }

    public string Folder => _folder.Path;

    public string AdminKeyFile => Path.Combine(Folder, ".orchestrator", "admin-key");

    /// <summary>The server that runs on the place's data; null: none.</summary>
    public PostmasterFile? Server =>
        PostmasterFile.Read(Path.Combine(Home, "data")) is { } file && file.State() != ServerState.Absent ? file : null;

    private string Home => Path.Combine(Folder, ".orchestrator", "postgres");

    /// <summary>Where that server logs.</summary>
    public string ServerLogFile => Path.Combine(Home, "server.log");

    /// <summary>One more user of the place's server.</summary>
    public Task<EmbeddedPostgres> AttachAsync() => EmbeddedPostgres.StartAsync(
        new EmbeddedPostgresOptions { DataFolder = Home }, NullLogger.Instance, CancellationToken.None);

    /// <summary>A place with the workflows that the project ships, and <paramref name="more"/>, a file each.</summary>
    public static Place Create(params (string File, string Text)[] more)
    {
        var place = new Place();
        var workflows = Directory.CreateDirectory(Path.Combine(place.Folder, "workflows")).FullName;
        foreach (var file in Samples())
        {
            var copy = Path.Combine(workflows, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(Shipped(), file), copy);
        }

        foreach (var (file, text) in more)
        {
            File.WriteAllText(Path.Combine(workflows, file), text);
        }

        return place;
    }

    /// <summary>The workflow files that the project ships, by their path below its folder of them.</summary>
    public static IReadOnlyList<string> Samples() =>
        [.. Directory.EnumerateFiles(Shipped(), "*.yml", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Shipped(), file))
            .Where(file => !file.StartsWith("tests", StringComparison.Ordinal))];

    public Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        ServiceProcess.RunAsync(Folder, arguments, ("ORCHESTRATOR_ADMIN_KEY", null));

    public Task<ServiceProcess> ServeAsync(params (string Name, string? Value)[] environment) =>
        ServiceProcess.StartAsync(Folder, environment);

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            // The last user of the server stops it.
            await (await AttachAsync()).DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>The project's own workflows: beside its solution, above the tests' output.</summary>
    public static string Shipped()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Orchestrator.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Orchestrator.sln is not above the tests.");
        }

        return Path.Combine(folder, "workflows");
    }
}
