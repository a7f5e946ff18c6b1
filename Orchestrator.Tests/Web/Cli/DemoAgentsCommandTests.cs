using Orchestrator.Tests.Support;
using Orchestrator.Tests.Web.Api;

namespace Orchestrator.Tests.Web.Cli;

/// <summary>The command runs beside the service, on its database.</summary>
[TestFixture]
internal sealed class DemoAgentsCommandTests : ApiFixture
{
    [Test]
    public async Task It_makes_agents_once()
    {
        var first = await RunAsync("--count", "10", "--seed", "3");
        var events = await Service.Database.ScalarAsync<long>("select count(*) from agent_events");
        var second = await RunAsync("--count", "12", "--seed", "4");
        var listed = await GetAsync("/api/agents?q=demo-");

        first.Should().Be((0, "10 agents made: GET /api/agents?q=demo shows them.\n"));
        second.Should().Be((0, "2 agents made, 10 were there already.\n"));
        listed.Body["items"]!.AsArray().Should().HaveCount(12);
        events.Should().BeGreaterThan(30);
        (await Service.Database.ScalarAsync<long>("select count(*) from agent_events where agent_id <= (select id from agents order by id limit 1 offset 9)"))
            .Should().Be(events, "the second left the first's alone");
    }

    [Test]
    public async Task A_wrong_count_is_said()
    {
        var (code, output) = await RunAsync("--count", "0");

        code.Should().Be(1);
        output.Should().Contain("--count is 0; it has to be 1 to 100000.");
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => ServiceProcess.RunAsync(
        Path.GetTempPath(), ["demo-agents", .. arguments], ("ConnectionStrings__Orchestrator", Service.Database.ConnectionString));
}
