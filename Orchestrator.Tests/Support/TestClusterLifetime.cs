using Orchestrator.Tests.Support;

namespace Orchestrator.Tests;

/// <summary>Stops the test process's PostgreSQL and browser after the last test.</summary>
[SetUpFixture]
public sealed class TestClusterLifetime
{
    /// <summary>Runs once, after all tests of the assembly.</summary>
    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await TestBrowser.CloseAsync();
        await TestCluster.StopAsync();
    }

    /// <summary>Tells something in the output of the test run.</summary>
    internal static void Note(string text) => TestContext.Progress.WriteLine(text);
}
