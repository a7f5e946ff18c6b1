using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Control;

/// <summary>How a run stood at a moment.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class SnapshotTests
{
    [Test]
    public async Task Snapshots_hold_how_a_run_stood_and_are_compared()
    {
        await using var service = await TestService.StartAsync();
        var id = await service.StartRunAsync("""
            key: moments
            variables: { n: 1, m: 1 }
            steps:
              - { id: first, type: transform, value: 1 }
              - { id: wait, type: delay, ms: 3600000, depends_on: [first] }
              - { id: last, type: transform, value: 2, set: { n: 2 }, depends_on: [wait] }
            """);
        await service.UntilAsync(id, run => run["wait"].WaitingFor == "timer", "the timer");
        var one = await TakeAsync();
        await service.Database.ExecuteAsync($"update orchestrator.job_queue set next_run_at = now() where workflow_run_id = '{id}' and step_id = 'wait'");
        await service.Database.ExecuteAsync($"update orchestrator.step_progress set data = jsonb_build_object('until', '2020-01-01T00:00:00Z') where job_id = '{id.Job(1)}'");
        await service.EndAsync(id);
        await TakeAsync();
        using var viewer = await service.CreateClientAsync(Orchestrator.Jobs.Access.Role.Viewer);
        using var stranger = await service.CreateClientAsync(Orchestrator.Jobs.Access.Role.Admin, "strangers");

        ((int)one["number"]!, (string?)one["status"], (string?)one["taken_by"], (int)one["variables"]!["n"]!).Should().Be((1, "running", "admin key", 1));
        ((string?)one["steps"]!["wait"]!["status"], (string?)one["steps"]!["last"]!["result"]).Should().Be(("waiting", null));
        (await GetAsync(""))["items"]!.AsArray().Select(item => (int)item!["number"]!).Should().Equal(2, 1);
        var page = await GetAsync("?limit=1");
        ((int)page["items"]!.AsArray().Single()!["number"]!, (int)page["next_cursor"]!).Should().Be((2, 2));
        page = await GetAsync("?limit=1&cursor=2");
        ((int)page["items"]!.AsArray().Single()!["number"]!, page["next_cursor"]).Should().Be((1, null));
        (await (await service.Client.GetAsync($"/api/runs/{id}/snapshots/diff?to=1")).Content.ReadAsStringAsync()).Should().Contain("is its first, and it takes two");
        (await GetAsync("/1")).ToJsonString().Should().Be(one.ToJsonString());
        var diff = await GetAsync("/diff");
        diff["variables"]!.ToJsonString().Should().Be("""[{"name":"n","before":1,"after":2}]""");
        diff["steps"]!.AsArray().Select(step => $"{step!["name"]} {step["before"]!["status"]} {step["after"]!["status"]}").Should().Equal("last waiting success", "wait waiting success");

        foreach (var path in new[] { "/3", "/diff?from=1&to=3" })
        {
            (await service.Client.GetAsync($"/api/runs/{id}/snapshots{path}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        }

        (await viewer.PostAsync($"/api/runs/{id}/snapshots", null)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await stranger.PostAsync($"/api/runs/{id}/snapshots", null)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await stranger.GetAsync($"/api/runs/{id}/snapshots/1")).StatusCode.Should().Be(HttpStatusCode.NotFound);

        async Task<JsonNode> TakeAsync() => (await (await service.Client.PostAsync($"/api/runs/{id}/snapshots", null)).Content.ReadFromJsonAsync<JsonNode>())!;
        async Task<JsonNode> GetAsync(string path) => (await service.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{id}/snapshots{path}"))!;
    }
}
