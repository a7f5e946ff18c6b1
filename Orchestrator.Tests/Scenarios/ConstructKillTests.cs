using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>
/// <c>kill -9</c> while runs of each construct are under way, at moments that the work's progress decides: every run ends as
/// it must, and no call is made again but for those that the dead service had in flight. All of them share the kills.
/// </summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
internal sealed class ConstructKillTests
{
    private static readonly (int Runs, int Kills) Size = ChaosSize.IsLong ? (50, 8) : (8, 3);

    /// <summary>Construct, steps, calls that each run makes, state that it ends in.</summary>
    private static readonly (string Name, string Steps, int Calls, string Status)[] Constructs =
    [
        ("Escalate", """
              - { id: a, url: '{target}/a', method: POST }
              - { id: bad, type: transform, value: inputs.x.y, depends_on: [a], on_failure: escalate }
              - { id: end, url: '{target}/end', method: POST, depends_on: [bad] }
            """, 2, "success"),
        ("Condition", """
              - { id: a, url: '{target}/a', method: POST }
              - { id: check, type: condition, condition: results.a.ok, true_step: yes_, false_step: no_, depends_on: [a] }
              - { id: yes_, url: '{target}/yes', method: POST }
              - { id: no_, url: '{target}/no', method: POST }
            """, 2, "success"),
        ("Switch", """
              - { id: a, url: '{target}/a', method: POST }
              - { id: pick, type: switch, cases: [{ when: false, step: b }, { when: results.a.ok, step: c }], default: b, depends_on: [a] }
              - { id: b, url: '{target}/b', method: POST }
              - { id: c, url: '{target}/c', method: POST }
            """, 2, "success"),
        ("Loop", """
              - { id: rounds, type: loop, max_iterations: 3, steps: [{ id: a, url: '{target}/a', method: POST }] }
              - { id: end, url: '{target}/end', method: POST, depends_on: [rounds] }
            """, 4, "success"),
        ("For_each", """
              - { id: all, type: for_each, items: '[1, 2, 3, 4]', max_concurrency: 2, steps: [{ id: a, url: '{target}/a', method: POST }] }
              - { id: end, url: '{target}/end', method: POST, depends_on: [all] }
            """, 5, "success"),
        ("Parallel", """
              - { id: both, type: parallel, steps: [{ id: a, url: '{target}/a', method: POST }, { id: b, url: '{target}/b', method: POST }] }
              - { id: end, url: '{target}/end', method: POST, depends_on: [both] }
            """, 3, "success"),
        ("Race", """
              - { id: first, type: race, steps: [{ id: a, url: '{target}/a', method: POST }, { id: slow, type: delay, ms: 600000 }] }
              - { id: end, url: '{target}/end', method: POST, depends_on: [first] }
            """, 2, "success"),
        ("Delay", """
              - { id: a, url: '{target}/a', method: POST }
              - { id: wait, type: delay, ms: 300, depends_on: [a] }
              - { id: end, url: '{target}/end', method: POST, depends_on: [wait] }
            """, 2, "success"),
        ("Wait_for_event", """
              - { id: a, url: '{target}/a', method: POST }
              - { id: wait, type: wait_for_event, event: never, timeout_ms: 300, on_timeout: continue, depends_on: [a] }
              - { id: end, url: '{target}/end', method: POST, depends_on: [wait] }
            """, 2, "success"),
        ("Timeout_of_a_container", """
              - { id: a, url: '{target}/a', method: POST }
              - { id: limited, type: parallel, timeout_ms: 300, on_failure: skip, depends_on: [a], steps: [{ id: slow, type: delay, ms: 600000 }] }
              - { id: end, url: '{target}/end', method: POST, depends_on: [limited] }
            """, 2, "success"),
        ("Max_parallel", """
              - { id: a, url: '{target}/a', method: POST }
              - { id: b, url: '{target}/b', method: POST }
              - { id: c, url: '{target}/c', method: POST }
              - { id: end, url: '{target}/end', method: POST, depends_on: [a, b, c] }
            config: { max_parallel: 2 }
            """, 4, "success"),
        ("Joins", """
              - { id: a, url: '{target}/a', method: POST }
              - { id: slow, type: delay, ms: 600000 }
              - { id: any_, url: '{target}/any', method: POST, depends_on: [a, slow], join: { need: 1, rest: cancel } }
              - { id: done, url: '{target}/done', method: POST, depends_on: [any_], join: all_done }
            """, 3, "success"),
        ("Cancel", """
              - { id: slow, type: delay, ms: 600000 }
              - { id: a, url: '{target}/a', method: POST }
              - { id: stop, type: cancel, step: slow, depends_on: [a] }
              - { id: end, url: '{target}/end', method: POST, depends_on: [stop] }
            """, 2, "success"),
        ("Succeed", """
              - { id: slow, type: delay, ms: 600000 }
              - { id: a, url: '{target}/a', method: POST }
              - { id: end, type: succeed, depends_on: [a] }
            """, 1, "success"),
        ("Fail", """
              - { id: slow, type: delay, ms: 600000 }
              - { id: a, url: '{target}/a', method: POST }
              - { id: end, type: fail, message: over, depends_on: [a] }
            """, 1, "failed"),
        ("Alternative", """
              - { id: a, url: '{target}/a', method: POST }
              - { id: bad, type: transform, value: inputs.x.y, depends_on: [a], on_failure: { strategy: alternative, step: other } }
              - { id: other, url: '{target}/other', method: POST }
              - { id: end, url: '{target}/end', method: POST, depends_on: [bad] }
            """, 3, "success"),
    ];

    private readonly List<Kill> _kills = [];
    private Scene _scene = null!;

    private static IEnumerable<TestCaseData> Cases =>
        Constructs.Select(one => new TestCaseData(Key(one.Name), one.Calls, one.Status).SetName($"Kill_during_{Key(one.Name)}"));

    /// <summary>Runs of all constructs side by side, and a service that is killed while they are under way.</summary>
    [OneTimeSetUp]
    public async Task KillAsync()
    {
        _scene = await Scene.StartAsync([.. Constructs.Select(one =>
            $"key: {Key(one.Name)}\nsteps:\n{one.Steps.Replace("{target}", "{target}/" + Key(one.Name))}")]);
        var pace = new Pace();
        _scene.Target.Answer = (http, _) => pace.AnswerAsync(http);
        var service = await _scene.ServeAsync();
        foreach (var (name, _, _, _) in Constructs)
        {
            await Scene.DispatchAsync(service, Key(name), Size.Runs);
        }

        var more = Size.Runs * Constructs.Sum(one => one.Calls) / (Size.Kills + 1);
        while (_kills.Count < Size.Kills)
        {
            await pace.LetAsync(more, until: new Random().Next(more / 2, more)).WaitAsync(TimeSpan.FromMinutes(1));
            var decisions = DecideAsync(service);
            _kills.Add(await Kill.DoAsync(_scene, service));
            await decisions;
            service = await _scene.ServeAsync();
        }

        pace.LetAll();
        await Eventually.IsTrueAsync(
            async () =>
            {
                await DecideAsync(service);
                return await _scene.ScalarAsync<bool>(
                    "select not exists (select from job_queue where finished_at is null) and not exists (select from workflow_runs where finished_at is null)");
            },
            "the end of all steps and runs", 120);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [TestCaseSource(nameof(Cases))]
    public async Task Every_run_ends_as_it_must(string construct, int calls, string status)
    {
        var ends = await _scene.QueryAsync<string>(
            "select format('%s, %s open', status, open_steps) from workflow_runs where workflow_key = @construct", new { construct });
        var requests = _scene.Target.Requests;

        ends.Should().HaveCount(Size.Runs).And.OnlyContain(end => end == $"{status}, 0 open");
        requests.Where(request => request.Path.StartsWith($"/{construct}/")).Select(request => request.Key).Distinct().Should().HaveCount(Size.Runs * calls);
        Repeat.Find(requests, _kills).Where(repeat => repeat.Kill is null && requests.Any(request => request.Key == repeat.Key && request.Path.StartsWith($"/{construct}/")))
            .Should().BeEmpty("a call is made again only after the kill of a worker that held it");
    }

    [Test]
    public async Task Each_question_is_asked_once_and_each_answer_counts_once() =>
        (await _scene.QueryAsync<string>(
            "select string_agg(concat_ws(' ', resolved_at is not null, data ->> 'decision'), ', ' order by created_at) from alerts group by workflow_run_id"))
        .Should().HaveCount(Size.Runs).And.AllBe("t retry, t skip");

    /// <summary>What an operator says about steps that wait for him: retry the first time, skip the second. A kill may cost him the answer.</summary>
    private async Task DecideAsync(ServiceProcess service)
    {
        var held = await _scene.QueryAsync<(Guid Run, string Decision)>(
            """
            select q.workflow_run_id, case count(*) when 1 then 'retry' else 'skip' end
            from job_queue q join alerts a using (tenant_id, job_id)
            where q.status = 'waiting' and q.phase = 'held'
            group by q.workflow_run_id
            """);
        try
        {
            foreach (var (run, decision) in held)
            {
                using var answer = await service.Client.PostAsync($"/api/runs/{run}/steps/bad/{decision}", null);
            }
        }
        catch (HttpRequestException)
        {
            // It was killed. What came of this one is in the database.
        }
    }

    private static string Key(string name) => name.ToLowerInvariant();
}
