using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>The database is there and does not do what it should, under work: it is waited for, and nothing is lost.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
[Parallelizable(ParallelScope.Self)]
internal sealed class DatabaseFaultTests
{
    private const int Runs = 50;
    private const int Steps = 4 * Runs;

    /// <summary>What a full disk looks like to a client: error 53100 for whatever is written.</summary>
    /// <summary>Before the work begins: a trigger takes locks that would meet those of the work.</summary>
    private const string WatchWrites = """
        create trigger refuse_writes before insert on api_keys for each statement execute function refuse_writes();
        create trigger refuse_writes before insert on workflow_runs for each statement execute function refuse_writes();
        create trigger refuse_writes before update on job_queue for each statement execute function refuse_writes();
        create trigger refuse_writes before insert on job_attempts for each statement execute function refuse_writes();
        """;

    private const string FillDisk =
        """raise exception 'could not extend file "base/1/2": No space left on device' using errcode = '53100';""";

    [Test]
    public async Task Connections_that_are_killed_again_and_again_cost_no_run()
    {
        await using var scene = await Scene.StartAsync(Scene.FourSteps);
        var service = await StartWorkAsync(scene);

        for (var seen = Steps / 8; seen <= Steps; seen += Steps / 8)
        {
            await scene.Target.SeenAsync(Math.Min(seen, Steps)).WaitAsync(TimeSpan.FromMinutes(1));
            await scene.QueryAsync<bool>("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'orchestrator%' and pid <> pg_backend_pid()");
        }

        await ExpectAllDoneAsync(scene, service);
    }

    [Test]
    public async Task Network_that_hangs_is_said_to_be_no_database_and_costs_no_run()
    {
        await using var scene = await Scene.StartAsync(Scene.FourSteps);
        await using var network = new TcpProxy(scene.Postgres.Port);
        var through = new NpgsqlConnectionStringBuilder(scene.Postgres.ConnectionString) { Port = network.Port, Timeout = 5, CommandTimeout = 5 };
        var service = await StartWorkAsync(scene, ("ConnectionStrings__Orchestrator", through.ConnectionString), ("Orchestrator__Lease", "00:00:10"));
        await scene.Target.SeenAsync(Steps / 4).WaitAsync(TimeSpan.FromMinutes(1));

        network.Freeze();
        await ExpectUnavailableAsync(service, "no database", HttpMethod.Get);
        network.Thaw();

        await ExpectAllDoneAsync(scene, service);
    }

    [Test]
    public async Task Database_that_is_read_only_for_a_while_costs_no_run()
    {
        await using var scene = await Scene.StartAsync(Scene.FourSteps);
        var service = await StartWorkAsync(scene);
        await scene.Target.SeenAsync(Steps / 4).WaitAsync(TimeSpan.FromMinutes(1));

        await SetReadOnlyAsync(scene, "on");
        await ExpectUnavailableAsync(service, "read-only database", HttpMethod.Post);
        (await service.Client.GetAsync("/api/runs")).StatusCode.Should().Be(HttpStatusCode.OK, "it can be read");
        await SetReadOnlyAsync(scene, "off");

        await ExpectAllDoneAsync(scene, service);
    }

    [Test]
    public async Task Full_disk_of_the_database_costs_no_run()
    {
        await using var scene = await Scene.StartAsync(Scene.FourSteps);
        var service = await StartWorkAsync(scene, whenServed: async () =>
        {
            await scene.QueryAsync<int>(OnWrite("return null;"));
            await scene.QueryAsync<int>(WatchWrites);
        });
        await scene.Target.SeenAsync(Steps / 4).WaitAsync(TimeSpan.FromMinutes(1));

        await scene.QueryAsync<int>(OnWrite(FillDisk));
        await ExpectUnavailableAsync(service, readiness: null, HttpMethod.Post);
        await scene.QueryAsync<int>(OnWrite("return null;"));

        await ExpectAllDoneAsync(scene, service);
    }

    private static string OnWrite(string body) =>
        $"create or replace function refuse_writes() returns trigger language plpgsql as $$ begin {body} end $$";

    private static Task<ServiceProcess> StartWorkAsync(Scene scene, params (string Name, string? Value)[] environment) =>
        StartWorkAsync(scene, () => Task.CompletedTask, environment);

    private static async Task<ServiceProcess> StartWorkAsync(
        Scene scene, Func<Task> whenServed, params (string Name, string? Value)[] environment)
    {
        var dispatched = new TaskCompletionSource();
        scene.Target.Answer = async (http, _) =>
        {
            await dispatched.Task;
            await Task.Delay(50);
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        };
        var service = await scene.ServeAsync([("Orchestrator__Workers", "10"), .. environment]);
        await whenServed();
        await Scene.DispatchAsync(service, "four_steps", Runs);
        dispatched.SetResult();
        return service;
    }

    private static async Task SetReadOnlyAsync(Scene scene, string value)
    {
        await scene.QueryAsync<int>($"alter system set default_transaction_read_only = {value}");
        await scene.QueryAsync<bool>("select pg_reload_conf()");
    }

    /// <summary>The API says 503 as a problem and when to come again, and the probe says why; the process lives.</summary>
    private static async Task ExpectUnavailableAsync(ServiceProcess service, string? readiness, HttpMethod method)
    {
        await Eventually.IsTrueAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(method, "/api/keys")
                {
                    Content = method == HttpMethod.Post ? JsonContent.Create(new { name = "refused", role = "viewer" }) : null,
                };

                using var answer = await service.Client.SendAsync(request);
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter is not null
                    && answer.Content.Headers.ContentType?.MediaType == "application/problem+json";
            },
            "The API's word that the database is away");
        if (readiness is not null)
        {
            await Eventually.IsTrueAsync(
                async () =>
                {
                    using var answer = await service.Client.GetAsync("/readyz");
                    return answer.StatusCode == HttpStatusCode.ServiceUnavailable
                        && (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString() == readiness;
                },
                $"The probe's word '{readiness}'");
        }

        (await service.Client.GetAsync("/healthz")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    /// <summary>Every step was done and recorded once; what was sent again went under the same key.</summary>
    private static async Task ExpectAllDoneAsync(Scene scene, ServiceProcess service)
    {
        await Eventually.IsTrueAsync(
            async () => (await service.Client.GetAsync("/readyz")).IsSuccessStatusCode, "The service's way back to the database");
        await scene.AllSucceedAsync(Runs, seconds: 200);

        service.HasEnded.Should().BeFalse();
        scene.Target.Requests.Select(request => request.Key).Distinct().Should().HaveCount(Steps);
        (await scene.ScalarAsync<int>("select count(*)::int from job_attempts where success")).Should().Be(Steps);
        (await scene.ScalarAsync<int>("select count(*)::int from job_queue where status <> 'success'")).Should().Be(0);
        await TestContext.Progress.WriteLineAsync($"{scene.Target.Requests.Count - Steps} of {Steps} steps were made again");
    }
}
