using System.Net;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Web.Hosting;

/// <summary>Processes of one service that share the work.</summary>
[TestFixture]
internal sealed class RoleTests
{
    [Test]
    public async Task One_dispatches_and_answers_the_other_works()
    {
        await using var web = await TestService.StartAsync(options => options.Role = OrchestratorRole.Web);
        var id = await web.StartRunAsync("{ key: shared, steps: [{ id: a, type: transform, value: 1 }] }");
        (await web.Database.ScalarAsync<long>("select count(*) from workers")).Should().Be(0);
        await using var worker = await web.StartAnotherAsync(options => options.Role = OrchestratorRole.Worker);

        (await web.EndAsync(id)).Status.Should().Be("success");
        (await web.Client.GetAsync("/api/runs")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await worker.Client.GetAsync("/api/runs")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await worker.Client.GetAsync("/healthz")).StatusCode.Should().Be(HttpStatusCode.OK);
    }
}
