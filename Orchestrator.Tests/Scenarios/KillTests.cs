using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary><c>kill -9</c> in the middle of the work, at moments that the work's progress decides.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
[Parallelizable(ParallelScope.All)]
internal sealed class KillTests
{
    private const int StepsOfRun = 4;

    private static readonly ChaosSize Size = ChaosSize.OfThisRun;

    [Test]
    public async Task Every_step_is_done_and_only_what_was_in_flight_is_done_again()
    {
        await using var scene = await Scene.StartAsync(Scene.FourSteps);
        var pace = new Pace();
        scene.Target.Answer = (http, _) => pace.AnswerAsync(http);
        var services = new Queue<ServiceProcess>();
        for (var i = 0; i < Size.Services; i++)
        {
            services.Enqueue(await scene.ServeAsync());
        }

        await Scene.DispatchAsync(services.Peek(), "four_steps", Size.Runs);
        var kills = await KillAndRestartAsync(scene, services, pace);
        pace.LetAll();
        await scene.AllSucceedAsync(Size.Runs);

        ExpectOnlyNeededRepeats(scene, kills);
        await ExpectSoundRowsAsync(scene);
    }

    [Test]
    public async Task Request_whose_answer_was_lost_is_sent_again_and_makes_one_run()
    {
        await using var scene = await Scene.StartAsync(Scene.FourSteps);
        var service = await scene.ServeAsync();
        var keys = Enumerable.Range(0, Size.Runs).Select(_ => Guid.NewGuid().ToString()).ToArray();
        var sending = Task.WhenAll(keys.Select(key => TryDispatchAsync(service, key)));
        await scene.Target.SeenAsync(1).WaitAsync(TimeSpan.FromMinutes(1));
        await service.KillAsync();
        var first = await sending;

        var again = await scene.ServeAsync();
        var second = await Task.WhenAll(keys.Select(key => TryDispatchAsync(again, key)));
        await scene.AllSucceedAsync(Size.Runs);

        second.Should().NotContainNulls().And.OnlyHaveUniqueItems();
        first.Zip(second).Where(pair => pair.First is not null).Should().OnlyContain(pair => pair.First == pair.Second);
        scene.Target.Requests.Select(request => request.Key).Distinct().Should().HaveCount(Size.Runs * StepsOfRun);
    }

    /// <summary>The run's id; null: no answer came.</summary>
    private static async Task<string?> TryDispatchAsync(ServiceProcess service, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runs") { Content = JsonContent.Create(new { workflow_key = "four_steps" }) };
        request.Headers.Add("Idempotency-Key", key);
        try
        {
            using var answer = await service.Client.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("workflow_run_id").GetString();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Kills and starts again as often as is wanted, each time after some more answers.</summary>
    private static async Task<List<Kill>> KillAndRestartAsync(Scene scene, Queue<ServiceProcess> services, Pace pace)
    {
        var more = Size.Runs * StepsOfRun / (Size.Kills + 1);
        var random = new Random();
        var kills = new List<Kill>();
        while (kills.Count < Size.Kills)
        {
            await pace.LetAsync(more, until: random.Next(more / 4, more)).WaitAsync(TimeSpan.FromMinutes(1));
            var kill = await Kill.DoAsync(scene, services.Dequeue());
            kills.Add(kill);
            var restart = Stopwatch.StartNew();
            var further = scene.Target.SeenAsync(kill.RequestsBefore + 1).ContinueWith(_ => restart.Elapsed, TaskScheduler.Default);
            services.Enqueue(await scene.ServeAsync());
            var wait = await further.WaitAsync(TimeSpan.FromMinutes(1));
            await TestContext.Progress.WriteLineAsync(
                $"kill {kills.Count} after {kill.RequestsBefore} requests: {kill.InFlight.Count} steps in flight, first further request {wait.TotalMilliseconds:0} ms after the restart");
        }

        return kills;
    }

    private static void ExpectOnlyNeededRepeats(Scene scene, List<Kill> kills)
    {
        var requests = scene.Target.Requests;
        requests.Select(request => request.Key).Distinct().Should().HaveCount(Size.Runs * StepsOfRun);
        var repeats = Repeat.Find(requests, kills);
        foreach (var (index, kill) in kills.Index())
        {
            var caused = repeats.Where(repeat => repeat.Kill == kill).Select(repeat => repeat.Key).ToList();
            TestContext.Progress.WriteLine($"kill {index + 1}: {caused.Count} requests again, {kill.InFlight.Count} steps were in flight");
            caused.Should().OnlyHaveUniqueItems("a kill is the reason for one repeat of a step");
            requests.Skip(kill.RequestsBefore).Select(request => request.Key).Should().NotIntersectWith(kill.Done);
        }

        repeats.Where(repeat => repeat.Kill is null).Should().BeEmpty("a step is sent again only after the kill of a worker that held it");
    }

    private static async Task ExpectSoundRowsAsync(Scene scene)
    {
        (await scene.QueryAsync<Guid>("""
            select q.job_id from job_queue q join job_attempts a using (tenant_id, job_id)
            group by q.tenant_id, q.job_id, q.attempts
            having array_agg(a.attempt::int order by a.finished_at) <> array(select generate_series(1, q.attempts))
                or array_agg(a.success order by a.attempt) <> array_fill(false, array[q.attempts - 1]) || true
            """)).Should().BeEmpty("attempts count up by one, and the last alone succeeds");
        (await scene.ScalarAsync<int>("select count(*)::int from job_attempts where success")).Should().Be(Size.Runs * StepsOfRun);
        await Eventually.IsTrueAsync(
            () => scene.ScalarAsync<bool>("""
                select not exists (select from hangfire.jobqueue)
                   and not exists (select from hangfire.job where statename <> 'Succeeded')
                """),
            "The end of all Hangfire jobs");
    }
}
