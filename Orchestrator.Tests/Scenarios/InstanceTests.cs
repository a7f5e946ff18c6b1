using Dapper;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Importing;

namespace Orchestrator.Tests.Scenarios;

/// <summary>
/// Instances of WfFormat, imported: each step once, and none before all that it depends on has ended. The shapes beside
/// <see cref="DagTests"/>; with <c>ORCHESTRATOR_WFINSTANCES</c> the instances of that folder too.
/// </summary>
[TestFixture]
internal sealed class InstanceTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCaseSource(nameof(Files))]
    public async Task Runs_each_step_once_and_after_its_parents(string file, ImportAs kind)
    {
        var json = await File.ReadAllTextAsync(file);
        var (yaml, problems) = WfFormat.Import(json, kind);
        problems.Should().BeEmpty();
        var dag = Dag.Read(json);

        var run = await _service.RunAsync(yaml!);

        run.Status.Should().Be("success", run.Row.Error);
        run.Attempts.Should().HaveCount(dag.Tasks).And.OnlyContain(attempt => attempt.Success);
        var times = await TimesAsync(run.Id);
        times.Should().HaveCount(dag.Tasks);
        dag.Edges.Should().OnlyContain(edge => times[edge.Child].Started >= times[edge.Parent].Ended);
    }

    /// <summary>A step starts with its first turn, and has ended when its attempt has.</summary>
    private async Task<Dictionary<string, (DateTime Started, DateTime Ended)>> TimesAsync(RunId run)
    {
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        var rows = await connection.QueryAsync<(string Step, DateTime Started, DateTime Ended)>(
            "select q.step_id, q.started_at, a.finished_at from job_queue q join job_attempts a using (tenant_id, job_id) where q.workflow_run_id = @run",
            new { run = run.Value });
        return rows.ToDictionary(row => row.Step, row => (row.Started, row.Ended));
    }

    private static IEnumerable<TestCaseData> Files()
    {
        var folders = new[] { Path.Combine(TestContext.CurrentContext.TestDirectory, "Scenarios", "Dags"), Environment.GetEnvironmentVariable("ORCHESTRATOR_WFINSTANCES") };
        return from folder in folders
               where !string.IsNullOrEmpty(folder)
               from file in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)
               from kind in new[] { ImportAs.Transform, ImportAs.Delay }
               select new TestCaseData(file, kind).SetArgDisplayNames(Path.GetFileNameWithoutExtension(file), kind.ToString());
    }
}
