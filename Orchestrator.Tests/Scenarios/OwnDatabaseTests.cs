using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>The service with its own PostgreSQL: killed alone, shared with a command, told to stop under work.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
[Parallelizable(ParallelScope.All)]
internal sealed class OwnDatabaseTests
{
    private const int Runs = 10;

    [Test]
    public async Task Killed_service_leaves_its_database_and_the_next_one_attaches_and_goes_on()
    {
        await using var target = await TargetServer.StartAsync();
        await using var place = Place.Create(("four.yml", Scene.FourSteps.Replace("{target}", target.Address.AbsoluteUri.TrimEnd('/'))));
        var answers = new TaskCompletionSource();
        target.Answer = async (http, _) =>
        {
            await answers.Task;
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        };
        Guid[] runs;
        int server;
        await using (var service = await place.ServeAsync())
        {
            runs = await Scene.DispatchAsync(service, "four_steps", Runs);
            await target.SeenAsync(Runs).WaitAsync(TimeSpan.FromMinutes(1));
            server = place.Server!.ProcessId;
            await service.KillAsync();
        }

        answers.SetResult();
        await using var next = await place.ServeAsync();

        place.Server!.ProcessId.Should().Be(server, "the database was up, and is used as it is");
        foreach (var run in runs)
        {
            await EndsWellAsync(next, run);
        }

        (await next.StopAsync()).Should().Be(0);
        place.Server.Should().BeNull();
    }

    [Test]
    public async Task Run_beside_serve_shares_the_database_and_leaves_it_up()
    {
        await using var place = Place.Create();
        await using var service = await place.ServeAsync();
        var server = place.Server!.ProcessId;

        var (code, output) = await place.RunAsync("run", "daily_instructor_v1");

        code.Should().Be(0, output);
        place.Server!.ProcessId.Should().Be(server);
        await EndsWellAsync(service, Guid.Parse(output.Split('\n')[0]["run ".Length..].Trim()));
        (await service.StopAsync()).Should().Be(0);
    }

    [Test]
    public async Task It_has_the_stand_in_for_pg_cron_and_its_log_shows_no_refused_command()
    {
        await using var place = Place.Create();
        await using var service = await place.ServeAsync();
        await using var postgres = await place.AttachAsync();
        await using var database = NpgsqlDataSource.Create(postgres.ConnectionString);

        await using var taken = database.CreateCommand(
            "SELECT cron.schedule('worker', '*/60 * * * *', 'SELECT net.http_post(url:=''https://host/functions/v1/orchestrator/worker'', headers:=''{}''::jsonb);')");
        (await taken.ExecuteScalarAsync()).Should().Be(1L);
        await using var refused = database.CreateCommand("SELECT cron.schedule('worker', '0 * * * *', 'SELECT net.http_post(url:=''https://host/?token=a-token-in-it'')')");
        await refused.Awaiting(one => one.ExecuteNonQueryAsync()).Should().ThrowAsync<PostgresException>().WithMessage("*it runs no SQL*");

        var log = await File.ReadAllTextAsync(place.ServerLogFile);
        log.Should().Contain("it runs no SQL").And.NotContain("a-token-in-it");
    }

    [Test]
    public async Task Told_to_stop_it_lets_attempts_end_and_repeats_none()
    {
        await using var scene = await Scene.StartAsync(Scene.FourSteps);
        var answers = new TaskCompletionSource();
        scene.Target.Answer = async (http, _) =>
        {
            await answers.Task;
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        };
        var service = await scene.ServeAsync();
        await Scene.DispatchAsync(service, "four_steps", Runs);
        await scene.Target.SeenAsync(Runs).WaitAsync(TimeSpan.FromMinutes(1));

        var stopping = service.StopAsync();
        await Eventually.IsTrueAsync(() => Refuses(service), "The end of the API");
        answers.SetResult();
        (await stopping).Should().Be(0, service.Output);
        (await scene.ScalarAsync<int>("select count(*)::int from job_queue where lease_owner is not null")).Should().Be(0);
        (await scene.ScalarAsync<int>("select count(*)::int from workers")).Should().Be(0);

        await scene.ServeAsync();
        await scene.AllSucceedAsync(Runs);
        scene.Target.Requests.Select(request => request.Key).Should().HaveCount(4 * Runs).And.OnlyHaveUniqueItems();
    }

    private static async Task<bool> Refuses(ServiceProcess service)
    {
        try
        {
            using var answer = await service.Client.GetAsync("/healthz");
            return false;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }

    private static Task EndsWellAsync(ServiceProcess service, Guid run) => Eventually.IsTrueAsync(
        async () => (await service.Client.GetFromJsonAsync<JsonElement>($"/api/runs/{run}")).GetProperty("status").GetString() == "success",
        $"The success of run {run}");
}
