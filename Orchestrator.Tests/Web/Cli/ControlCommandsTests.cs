using Orchestrator.Tests.Support;
using Orchestrator.Tests.Web.Api;

namespace Orchestrator.Tests.Web.Cli;

/// <summary>The commands run beside the service, on its database.</summary>
[TestFixture]
internal sealed class ControlCommandsTests : ApiFixture
{
    [Test]
    public async Task A_run_is_paused_resumed_and_cancelled()
    {
        var id = await Service.StartRunAsync("{ key: ordered, steps: [{ id: wait, type: delay, ms: 3600000 }] }");
        await Service.UntilAsync(id, run => run["wait"].WaitingFor == "timer", "the timer");

        (await RunAsync("pause", $"{id}")).Should().Be((0, $"Run {id} is paused.\n"));
        (await RunAsync("resume", $"{id}")).Should().Be((0, $"Run {id} is running.\n"));
        (await RunAsync("cancel", $"{id}", "--reason", "enough")).Should().Be((0, $"Run {id} is cancelled.\n"));
        var (again, message) = await RunAsync("cancel", $"{id}");
        var (other, unknown) = await RunAsync("cancel", $"{id}", "--tenant", "strangers");

        (again, other).Should().Be((1, 1));
        message.Should().Contain("is cancelled; cancel needs one that is pending or running or paused.");
        unknown.Should().Contain($"Tenant strangers has no run {id}.");
        ((string?)(await Service.EndAsync(id)).Error["message"]).Should().Be("Cancelled by command: enough");
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => ServiceProcess.RunAsync(
        Path.GetTempPath(), arguments, ("ConnectionStrings__Orchestrator", Service.Database.ConnectionString));
}
