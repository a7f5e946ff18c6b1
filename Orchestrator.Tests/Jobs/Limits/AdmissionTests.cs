using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Limits;

/// <summary>Steps that wait for a token.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class AdmissionTests
{
    private const string Limited = """
        key: limited
        steps:
          - {id: call, call: /call, rate_limit: {key: "user:{{ run.user_id }}:agent:clo", capacity: 1, refill_per_second: 0.001}}
        """;

    private const string Bucket = "user:ada:agent:clo";

    private TestService _service = null!;

    [SetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync(options => options.Workers = 1);

    [TearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_step_without_a_token_holds_no_worker_uses_no_attempt_and_goes_in_its_order()
    {
        (await _service.RunAsync(Limited)).Status.Should().Be("success");
        var waiting = new List<RunId>();
        for (var i = 0; i < 4; i++)
        {
            waiting.Add(await ParkAsync());
        }

        // The only worker is free for others.
        (await _service.RunAsync("key: other\nsteps: [{id: a, type: transform, value: 1}]\n")).Status.Should().Be("success");
        var parked = (await TestRun.ReadAsync(_service.Database, waiting[0]))["call"];
        parked.Should().Match<TestStep>(step => step.Status == "waiting" && step.WaitingFor == $"rate_limit:{Bucket}" && step.Attempts == 0 && step.Lost == 0
            && step.LeaseOwner == null && step.HangfireState == "Scheduled" && step.Deliveries == 0 && step.Timers == 1);
        parked.Reasons.Should().Contain($"Waits for a token of '{Bucket}'");

        await _service.Get<RateLimits>().SetAsync(DispatchRequest.DefaultTenant, Bucket, 1, 20, default);
        var runs = new List<TestRun>();
        foreach (var id in waiting)
        {
            runs.Add(await _service.EndAsync(id));
        }

        runs.Should().OnlyContain(run => run.Status == "success" && run["call"].Attempts == 1 && run.Attempts.Count == 1);
        _service.Target.RequestsTo("/call").Skip(1).Select(request => request.Key).Should().Equal(waiting.Select(id => $"{id}:call:0"));
        (await _service.Get<RateLimits>().FindAsync(DispatchRequest.DefaultTenant, Bucket, default))!.Waiting.Should().Be(0);
    }

    [Test]
    public async Task A_retry_takes_a_token_too_and_counts_only_what_was_tried()
    {
        _service.Target.On("/call", (http, _) => TargetServer.JsonAsync(http, 503, "{}"));
        var id = await _service.StartRunAsync("""
            key: retried
            steps:
              - {id: call, call: /call, retry: {max_attempts: 3, delay_ms: 0}, rate_limit: {key: k, capacity: 1, refill_per_second: 0.001}}
            """);

        var parked = await _service.UntilAsync(id, found => found["call"].WaitingFor == "rate_limit:k", "the retry's wait");
        await _service.Get<RateLimits>().SetAsync(DispatchRequest.DefaultTenant, "k", 1, 50, default);
        var run = await _service.EndAsync(id);

        parked["call"].Attempts.Should().Be(1);
        run.Status.Should().Be("failed");
        run["call"].Attempts.Should().Be(3);
        run.Attempts.Select(attempt => attempt.Attempt).Should().Equal(1, 2, 3);
        _service.Target.RequestsTo("/call").Should().HaveCount(3);
    }

    [Test]
    public async Task Steps_evaluated_ahead_and_handed_over_are_admitted_too()
    {
        var id = await _service.StartRunAsync("""
            key: chain
            defaults: {rate_limit: {key: chain, capacity: 2, refill_per_second: 0.001}}
            steps:
              - {id: a, type: transform, value: 1}
              - {id: b, type: transform, value: 2, depends_on: [a]}
              - {id: c, type: transform, value: 3, depends_on: [b]}
            """);

        var run = await _service.UntilAsync(id, found => found["c"].WaitingFor == "rate_limit:chain", "the third step's wait");

        (run["a"].Status, run["b"].Status, run["c"].Attempts).Should().Be(("success", "success", (short)0));
        run["c"].HangfireState.Should().Be("Scheduled");
    }

    [Test]
    public async Task A_step_that_is_skipped_takes_nothing()
    {
        var run = await _service.RunAsync("""
            key: skipped
            steps:
              - {id: a, type: transform, value: 1, when: "false", exclusive: l, rate_limit: {key: k, capacity: 1, refill_per_second: 1}}
            """);

        run["a"].Status.Should().Be("skipped");
        (await _service.Get<RateLimits>().FindAsync(DispatchRequest.DefaultTenant, "k", default)).Should().BeNull();
    }

    [TestCase("rate_limit: {key: \"{{ inputs.a.b.c }}\", capacity: 1, refill_per_second: 1}", "inputs.a.b.c")]
    [TestCase("rate_limit: {key: \"{{ inputs.none }}\", capacity: 1, refill_per_second: 1}", "`rate_limit.key` came to 0 characters; it has to have 1 to 200.")]
    [TestCase("exclusive: \"{{ 'x'.repeat(201) }}\"", "`exclusive` came to 201 characters")]
    public async Task A_template_that_fails_is_the_steps_failure(string field, string message)
    {
        var run = await _service.RunAsync($"key: wrong\nsteps:\n  - id: a\n    type: transform\n    value: 1\n    {field}\n");

        run.Status.Should().Be("failed");
        run["a"].Status.Should().Be("dead");
        run.AttemptsOf("a").Should().ContainSingle().Which.ErrorText.Should().Contain(message);
    }

    [Test]
    public async Task The_place_of_a_run_that_ends_while_it_waits_goes_to_those_behind_it()
    {
        await _service.RunAsync(Limited);
        var cancelled = await ParkAsync();
        var behind = await ParkAsync();
        var before = (await TestRun.ReadAsync(_service.Database, behind))["call"].NextRunAt;

        await _service.Get<RunControl>().GiveAsync(DispatchRequest.DefaultTenant, cancelled, RunOrder.Cancel, new Orderer("test"), default);
        var ended = await _service.EndAsync(cancelled);
        await _service.UntilAsync(behind, run => run["call"].NextRunAt < before - TimeSpan.FromSeconds(900), "a better time");

        ended["call"].Status.Should().Be("cancelled");
        (await _service.Get<RateLimits>().FindAsync(DispatchRequest.DefaultTenant, Bucket, default))
            .Should().Match<RateLimitRow>(row => row.Waiting == 1 && row.Tokens > -1.01);
        _service.Target.RequestsTo("/call").Should().ContainSingle();
    }

    [Test]
    public async Task An_operator_who_brings_it_forward_does_not_get_it_past_the_limit()
    {
        await _service.RunAsync(Limited);
        var id = await ParkAsync();

        await _service.Database.ExecuteAsync($"update orchestrator.job_queue set next_run_at = now() where workflow_run_id = '{id}'");
        var run = await _service.UntilAsync(id, found => found["call"].History!.Count(state => state == "Scheduled") == 2, "the way back");
        (await _service.Database.ScalarAsync<bool>($"select started_at is null from orchestrator.job_queue where job_id = '{id.Job(0)}'")).Should().BeTrue("an attempt that was not admitted never started");

        run["call"].Should().Match<TestStep>(step => step.Status == "waiting" && step.Attempts == 0 && step.WaitingFor == $"rate_limit:{Bucket}");
        _service.Target.RequestsTo("/call").Should().ContainSingle();
    }

    /// <summary>A step without a limit pays nothing: no statement on its way knows of buckets, waits or locks.</summary>
    [Test]
    public void Only_the_statements_of_limits_know_of_them()
    {
        var sql = SqlResources.Of(typeof(SqlText).Assembly, "Orchestrator.Jobs.Sql.");

        sql.Names.Where(name => new[] { "rate_limits", "step_waits" }.Any(sql.Load(name).Contains)).Should().BeEquivalentTo(
            "ReserveTokens", "TakeTokens", "MakeBuckets", "SetRateLimit", "FindRateLimit", "RetimeWaits", "ForgetFullBuckets", "ForgetWaits",
            "TakeExclusive", "WaitForLock", "WakeWaiters", "SweepLook", "WhyStep");
    }

    private async Task<RunId> ParkAsync()
    {
        var id = await _service.StartRunAsync(Limited);
        await _service.UntilAsync(id, run => run["call"].WaitingFor == $"rate_limit:{Bucket}", "the wait");
        return id;
    }
}
