using System.Net;

namespace Orchestrator.Tests.Web.Api;

[TestFixture]
internal sealed class GraphEndpointTests : ApiFixture
{
    private const string Diamond = """
        key: diamond
        steps:
          - { id: top, name: The top, type: transform, value: 1 }
          - { id: left, type: transform, value: 1, depends_on: [top] }
          - { id: right, type: transform, when: "false", value: 1, depends_on: [top] }
          - { id: join, type: transform, value: "{{ inputs.a.b }}", depends_on: [left, right] }
        """;

    [Test]
    public async Task A_runs_graph_has_the_states()
    {
        var run = await Service.RunAsync(Diamond);
        var graph = (await GetAsync($"/api/runs/{run.Id}/graph")).Body;
        var svg = await GetAsync($"/api/runs/{run.Id}/graph.svg");
        var text = await GetAsync($"/api/runs/{run.Id}/graph.mmd");

        graph["nodes"]!.AsArray().Select(node => ((string)node!["step_id"]!, (string)node["type"]!, (string)node["status"]!, (int)node["attempts"]!))
            .Should().Equal(("top", "transform", "success", 1), ("left", "transform", "success", 1), ("right", "transform", "skipped", 1), ("join", "transform", "dead", 1));
        ((string)graph["nodes"]![0]!["name"]!, graph["nodes"]![0]!["finished_at"] is null).Should().Be(("The top", false));
        graph["edges"]!.AsArray().Select(edge => $"{edge!["from"]} {edge["to"]} {edge["kind"]}").Should().BeEquivalentTo(
            "top left depends_on", "top right depends_on", "left join depends_on", "right join depends_on");
        (svg.Status, svg.ContentType).Should().Be((HttpStatusCode.OK, "image/svg+xml"));
        svg.Text.Should().Contain("<title>diamond · failed</title>").And.Contain("join · transform · dead");
        svg.Headers["Content-Security-Policy"].Should().StartWith("default-src 'none'");
        text.Text.Should().StartWith("flowchart LR").And.Contain(":::skipped");
    }

    [Test]
    public async Task What_starts_only_through_others_hangs_on_them()
    {
        var run = await Service.RunAsync("""
            key: nested_graph
            steps:
              - { id: each, type: for_each, items: "[1, 2]", steps: [{ id: in, type: transform, value: item }, { id: out, type: transform, value: results.in }] }
              - { id: bad, type: transform, value: inputs.a.b, on_failure: { strategy: alternative, step: good }, depends_on: [each] }
              - { id: good, type: transform, value: 1 }
            """);
        var graph = (await GetAsync($"/api/runs/{run.Id}/graph")).Body;
        var text = (await GetAsync($"/api/runs/{run.Id}/graph.mmd")).Text;
        var detail = (await GetAsync($"/api/runs/{run.Id}")).Body;

        graph["edges"]!.AsArray().Select(edge => $"{edge!["from"]} {edge["to"]} {edge["kind"]}").Should().BeEquivalentTo(
            "each in contains", "each out contains", "in out depends_on", "each bad depends_on", "bad good alternative");
        var inner = graph["nodes"]!.AsArray().Single(node => (string)node!["step_id"]! == "in")!;
        ((string)inner["status"]!, (int)inner["attempts"]!, inner["finished_at"] is null).Should().Be(("success", 2, false), "both items are counted");
        text.Should().Contain("-. contains .->").And.Contain("-. alternative .->");
        (await GetAsync("/api/workflows/nested_graph/graph.svg")).Text.Should().Contain("class=\"other\"");
        detail["steps"]!.AsArray().Select(step => $"{step!["step_id"]} {step["type"]}").Should().Contain("each[1].out transform");
    }

    [Test]
    public async Task A_workflows_graph_has_none()
    {
        await Service.PutAsync(Diamond.Replace("diamond", "plain", StringComparison.Ordinal));
        var graph = (await GetAsync("/api/workflows/plain/graph?version=1")).Body;

        graph["nodes"]!.AsArray().Should().HaveCount(4).And.OnlyContain(node => node!["status"] == null && node["attempts"] == null);
        (await GetAsync("/api/workflows/plain/graph.svg")).Text.Should().Contain("The top");
        (await GetAsync("/api/workflows/plain/graph.mmd")).Text.Should().Contain("s0 --> s1");
    }

    [TestCase("/api/runs/018f0000-0000-7000-8000-000000000000/graph", HttpStatusCode.NotFound)]
    [TestCase("/api/runs/018f0000-0000-7000-8000-000000000000/graph.svg", HttpStatusCode.NotFound)]
    [TestCase("/api/workflows/nothing/graph", HttpStatusCode.NotFound)]
    [TestCase("/api/workflows/greet/graph?version=99", HttpStatusCode.NotFound)]
    [TestCase("/api/workflows/greet/graph?versoin=1", HttpStatusCode.BadRequest)]
    public async Task What_is_not_there_is_not_drawn(string path, HttpStatusCode status) => (await GetAsync(path)).ShouldBeProblem(status);

    [Test]
    public async Task A_large_graph_is_not_drawn()
    {
        await Service.PutAsync("key: large\nsteps:\n" + string.Join('\n', Enumerable.Range(0, 501).Select(n => $"  - {{ id: s{n}, type: transform, value: 1 }}")));

        (await GetAsync("/api/workflows/large/graph.svg")).ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        (await GetAsync("/api/workflows/large/graph")).Body["nodes"]!.AsArray().Should().HaveCount(501);
    }
}
