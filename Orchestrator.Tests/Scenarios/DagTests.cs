using System.Text.Json.Nodes;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>Graphs of the shape that scientific workflows have: every step after its parents, each once, and the right result.</summary>
[TestFixture]
internal sealed class DagTests
{
    [TestCase("genome-shape", 52, 76, 3)]
    [TestCase("epigenomics-shape", 41, 48, 9)]
    public async Task Ends_right_and_every_step_comes_after_its_parents(string name, int tasks, int edges, int depth)
    {
        var dag = Dag.Read(await File.ReadAllTextAsync(Path.Combine(TestContext.CurrentContext.TestDirectory, "Scenarios", "Dags", $"{name}.json")));
        await using var service = await TestService.StartAsync();

        var run = await service.RunAsync(dag.ToWorkflow(name));

        run.Status.Should().Be("success", run.Row.Error);
        run.Attempts.Should().HaveCount(tasks).And.OnlyContain(attempt => attempt.Success);
        var levels = JsonNode.Parse(run.Output!)!.AsObject().ToDictionary(member => member.Key, member => (int)member.Value!);
        levels.Should().BeEquivalentTo(dag.Levels());
        levels.Values.Max().Should().Be(depth);
        dag.Edges.Should().HaveCount(edges);
        var times = await TimesAsync(service);
        dag.Edges.Should().OnlyContain(edge => times[edge.Child].Started >= times[edge.Parent].Finished);
    }

    private static async Task<Dictionary<string, (DateTime Started, DateTime Finished)>> TimesAsync(TestService service)
    {
        var times = new Dictionary<string, (DateTime, DateTime)>();
        await using var command = service.Database.DataSource.CreateCommand(
            "select q.step_id, a.started_at, a.finished_at from job_attempts a join job_queue q using (tenant_id, job_id)");
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            times.Add(row.GetString(0), (row.GetDateTime(1), row.GetDateTime(2)));
        }

        return times;
    }
}
