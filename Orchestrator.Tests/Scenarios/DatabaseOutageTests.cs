using System.Net;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>The database goes away under work, and comes back on the same port.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
[Parallelizable(ParallelScope.All)]
internal sealed class DatabaseOutageTests
{
    private const int Runs = 100;
    private const int Steps = 4 * Runs;

    [Test]
    public async Task Killed_in_the_middle_of_the_work_it_costs_no_run()
    {
        await using var scene = await Scene.StartAsync(Scene.FourSteps);
        var service = await StartWorkAsync(scene);
        await scene.Target.SeenAsync(Steps / 3).WaitAsync(TimeSpan.FromMinutes(1));

        // The folder's watcher in this process starts it again.
        await scene.KillPostgresAsync();

        await ExpectAllDoneAsync(scene, service);
    }

    [Test]
    public async Task Stopped_until_the_service_has_noticed_it_costs_no_run()
    {
        await using var scene = await Scene.StartAsync(Scene.FourSteps);
        var service = await StartWorkAsync(scene);
        await scene.Target.SeenAsync(Steps / 3).WaitAsync(TimeSpan.FromMinutes(1));

        await scene.StopPostgresAsync();
        await Eventually.IsTrueAsync(
            async () => (await service.Client.GetAsync("/api/runs")).StatusCode == HttpStatusCode.ServiceUnavailable,
            "The service's word that the database is away");
        await Eventually.IsTrueAsync(
            () => Task.FromResult(service.Output.Contains("lost the connection", StringComparison.Ordinal)), "A worker that knows it");
        await scene.StartPostgresAsync();

        await ExpectAllDoneAsync(scene, service);
        ExpectCalmLog(service.Output);
    }

    private static async Task<ServiceProcess> StartWorkAsync(Scene scene)
    {
        var dispatched = new TaskCompletionSource();
        scene.Target.Answer = async (http, _) =>
        {
            await dispatched.Task;
            await Task.Delay(20);
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        };
        var service = await scene.ServeAsync();
        await Scene.DispatchAsync(service, "four_steps", Runs);
        dispatched.SetResult();
        return service;
    }

    /// <summary>What goes on in the background says once that it fails, and in words.</summary>
    private static void ExpectCalmLog(string output)
    {
        output.Should().NotContain("   at Npgsql", "an outage needs no stack");
        var repeated = output.Split('\n')
            .Where(line => line.Contains("Sweeper[", StringComparison.Ordinal) || line.Contains("BackgroundJobServer[", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])
            .GroupBy(line => line).Where(line => line.Count() > 2).Select(line => line.Key);
        repeated.Should().BeEmpty();
    }

    private static async Task ExpectAllDoneAsync(Scene scene, ServiceProcess service)
    {
        await Eventually.IsTrueAsync(
            async () => (await service.Client.GetAsync("/api/runs")).IsSuccessStatusCode, "The service's way back to the database");
        await scene.AllSucceedAsync(Runs);

        service.HasEnded.Should().BeFalse();
        service.Output.Split('\n').Where(line => line.Contains("no delivery under way", StringComparison.Ordinal))
            .Should().BeEmpty("nothing had to wait for the sweeper's slowest look");
        (await service.Client.GetAsync("/healthz")).StatusCode.Should().Be(HttpStatusCode.OK);
        scene.Target.Requests.Select(request => request.Key).Distinct().Should().HaveCount(Steps);
        (await scene.ScalarAsync<int>("select count(*)::int from job_attempts where success")).Should().Be(Steps);
        await TestContext.Progress.WriteLineAsync($"{scene.Target.Requests.Count - Steps} of {Steps} steps were made again");
    }
}
