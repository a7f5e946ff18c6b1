using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>What waits for its time has it in the database, not in the process.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
[Parallelizable(ParallelScope.Self)]
internal sealed class RetryTests
{
    private const string Patient = """
        key: patient
        steps:
          - id: ask
            url: '{target}/ask'
            method: POST
            retry: {max_attempts: 3, delay_ms: 2000, jitter: false, backoff: fixed}
          - {id: tell, url: '{target}/tell', method: POST, depends_on: [ask]}
        """;

    [Test]
    public async Task Step_that_waits_for_its_next_attempt_outlives_the_service()
    {
        await using var scene = await Scene.StartAsync(Patient);
        scene.Target.Answer = (http, _) => scene.Target.Requests.Count == 1
            ? TargetServer.JsonAsync(http, 503, """{"error": "busy"}""")
            : TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        var service = await scene.ServeAsync();
        await Scene.DispatchAsync(service, "patient", 1);
        await Eventually.IsTrueAsync(
            () => scene.ScalarAsync<bool>("select exists (select from job_queue where status = 'failed' and waiting_for = 'retry')"),
            "A step that waits for its retry");

        await service.KillAsync();
        await scene.ServeAsync();
        await scene.AllSucceedAsync(1);

        scene.Target.Requests.Select(request => request.Path).Should().Equal("/ask", "/ask", "/tell");
        scene.Target.Requests.Take(2).Select(request => request.Key).Distinct().Should().ContainSingle();
        (await scene.ScalarAsync<int>("select attempts::int from job_queue where step_id = 'ask'")).Should().Be(2);
        (await scene.ScalarAsync<int>("select lost::int from job_queue where step_id = 'ask'")).Should().Be(0);
    }
}
