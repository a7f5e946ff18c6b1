namespace Orchestrator.Tests.Support;

/// <summary>Node.js, which runs <c>script</c> steps.</summary>
internal static class NodeJs
{
    private const string Program = "node";

    public static bool IsThere { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, Program)) || File.Exists(Path.Combine(folder, Program + ".exe")));

    /// <summary>Skips the test where it is missing, and says what to install.</summary>
    public static void Require()
    {
        if (!IsThere)
        {
            Assert.Ignore("Node.js is not on the PATH; on Debian apt-get install nodejs.");
        }
    }
}
