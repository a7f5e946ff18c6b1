namespace Orchestrator.Jobs.Storage;

/// <summary>Where the project's two folders lie.</summary>
/// <param name="Workflows">The YAML files.</param>
/// <param name="Data">What the service keeps: <c>.orchestrator</c>.</param>
internal sealed record ProjectFolders(string Workflows, string Data)
{
    /// <summary>The environment variable that moves <see cref="Data"/>.</summary>
    public const string DataVariable = "ORCHESTRATOR_DATA";

    /// <summary>The folders for this process, where they are set or where they are found.</summary>
    public static ProjectFolders OfThisProcess(string? workflowsSetting = null, string? dataSetting = null) => Resolve(
        Environment.CurrentDirectory,
        AppContext.BaseDirectory,
        dataSetting ?? Environment.GetEnvironmentVariable(DataVariable),
        workflowsSetting,
        Directory.Exists);

    /// <summary>
    /// Both folders lie in the nearest one, from <paramref name="current"/> upward, that has a <c>workflows</c>; else
    /// beside the program. A setting moves its own folder alone, and is relative to the current one.
    /// </summary>
    public static ProjectFolders Resolve(
        string current, string program, string? dataVariable, string? workflowsSetting, Func<string, bool> exists)
    {
        var project = Upward(current).FirstOrDefault(folder => exists(Path.Combine(folder, "workflows"))) ?? program;
        return new ProjectFolders(
            Moved(current, workflowsSetting) ?? Path.Combine(project, "workflows"),
            Moved(current, dataVariable) ?? Path.Combine(project, ".orchestrator"));
    }

    private static string? Moved(string current, string? setting) =>
        string.IsNullOrWhiteSpace(setting) ? null : Path.GetFullPath(setting, current);

    private static IEnumerable<string> Upward(string folder)
    {
        for (var one = folder; !string.IsNullOrEmpty(one); one = Path.GetDirectoryName(one))
        {
            yield return one;
        }
    }
}
