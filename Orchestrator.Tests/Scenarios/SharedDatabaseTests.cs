using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>Several processes on one database.</summary>
[TestFixture]
internal sealed class SharedDatabaseTests
{
    private const int Processes = 10;
    private const int Runs = 500;
    private const int Steps = 4 * Runs;

    [Test]
    public async Task Two_services_share_the_work_and_do_no_step_twice()
    {
        await using var scene = await Scene.StartAsync(Scene.FourSteps);
        var services = await Task.WhenAll(scene.ServeAsync(), scene.ServeAsync());

        await Task.WhenAll(services.Select(service => Scene.DispatchAsync(service, "four_steps", Runs / 2)));
        await scene.AllSucceedAsync(Runs);

        scene.Target.Requests.Select(request => request.Key).Should().HaveCount(Steps).And.OnlyHaveUniqueItems();
        (await scene.ScalarAsync<int>("select count(*)::int from job_attempts where success")).Should().Be(Steps);
        (await scene.ScalarAsync<int>("select count(*)::int from job_attempts")).Should().Be(Steps);
        (await scene.QueryAsync<int>("""
            select count(*)::int from hangfire.state where name = 'Processing' group by data ->> 'ServerId'
            """)).Should().HaveCount(2, "both services worked");
    }

    [Test]
    public async Task Ten_processes_that_migrate_at_once_make_one_schema()
    {
        await using var scene = await Scene.StartAsync();
        (string, string?) database = ("ConnectionStrings__Orchestrator", scene.Postgres.ConnectionString);

        var ended = await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => ServiceProcess.RunAsync(scene.Folder, ["migrate"], database)));

        ended.Should().OnlyContain(one => one.ExitCode == 0, string.Join('\n', ended.Select(one => one.Output)));
        ended.Select(one => one.Output.Trim()).Where(said => said != "The database is up to date.").Should().ContainSingle(
            "one applies them").Which.Should().EndWith("migrations applied.");
        (await scene.QueryAsync<int>("select version from schema_migrations group by version having count(*) > 1")).Should().BeEmpty();
        (await scene.ScalarAsync<int>("select count(*)::int from hangfire.schema")).Should().Be(1);
    }
}
