using Orchestrator.Jobs.Events;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Jobs.Events;

/// <summary>Events start the workflows that wait for them: once each, whoever takes them, and none blocks another.</summary>
[TestFixture]
internal sealed class EventDispatchTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync();
        await _service.PutAsync("""
            key: on_start
            trigger: { type: event, event_types: [user_start_day, other] }
            steps: [{ id: a, type: transform, value: "({ run: run.trigger, user: run.user_id, mood: inputs.mood })" }]
            """);
        await _service.PutAsync("""
            key: on_low
            trigger: { type: cron_or_event, cron: "0 7 * * *", event_types: user_start_day, match: "event.payload.mood < 3 && event.user_id !== 'bot'" }
            steps: [{ id: a, type: transform, value: 1 }]
            """);
        await _service.PutAsync("""
            key: strict
            trigger: { type: event, event_types: measured }
            inputs: { value: { type: number, required: true } }
            steps: [{ id: a, type: transform, value: inputs.value }]
            """);
        await _service.PutAsync("""
            key: broken_match
            trigger: { type: event, event_types: measured, match: event.payload.a.b.c }
            steps: [{ id: a, type: transform, value: 1 }]
            """);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_row_inserted_by_sql_starts_every_workflow_that_matches()
    {
        await ExecuteAsync("""insert into intent_events (user_id, intent_id, type, payload) values ('grace', 'learn', 'user_start_day', '{"mood": 2}')""");

        await Eventually.IsTrueAsync(async () => await CountAsync("user_id = 'grace'", "success") == 2, "two runs");
        var runs = await _service.Database.ScalarAsync<string>("""
            select string_agg(concat_ws(' ', r.workflow_key, r.trigger, r.intent_id, e.type, o.output), ';' order by r.workflow_key)
            from workflow_runs r join intent_events e on e.event_id = r.trigger_event_id
            left join workflow_run_data o using (workflow_run_id) where r.user_id = 'grace'
            """);
        runs.Should().Be("""on_low event learn user_start_day 1;on_start event learn user_start_day {"run": "event", "mood": 2, "user": "grace"}""");
    }

    [Test]
    public async Task A_workflow_whose_match_is_false_is_not_started()
    {
        var receipt = await ReportAsync("bot", "user_start_day", """{"mood": 1}""");

        receipt.Runs.Select(run => run.WorkflowKey).Should().Equal("on_start");
        receipt.Errors.Should().BeEmpty();
    }

    [Test]
    public async Task An_event_that_does_not_fit_is_kept_with_the_reason_and_blocks_no_other()
    {
        await ExecuteAsync("""
            insert into intent_events (user_id, type, payload) values
              ('eve', 'measured', '{"value": "much"}'), ('eve', 'measured', '[1]'), ('eve', 'measured', '{"value": 5}')
            """);

        await Eventually.IsTrueAsync(async () => await CountAsync("user_id = 'eve'", "success") == 1, "the run of the good one");
        await Eventually.IsTrueAsync(
            async () => await _service.Database.ScalarAsync<long>("select count(*) from intent_events where dispatched_at is null") == 0, "all are done");
        var errors = await _service.Database.ScalarAsync<string[]>(
            "select array_agg(errors->0->>'message' order by errors::text) from intent_events where user_id = 'eve' and errors is not null");
        errors.Should().HaveCount(2);
        errors.Should().Contain(message => message.Contains("payload.value has to be of type number")).And.Contain(message => message.Contains("payload has to be a JSON object"));
        (await CountAsync("workflow_key = 'broken_match'", "success")).Should().Be(0);
        _service.Log.Warnings.Should().Contain(line => line.Contains("broken_match") && line.Contains("counts as false"));
    }

    /// <summary>Several services and reports at the same moment: each event starts each workflow once.</summary>
    [Test]
    public async Task Each_event_starts_each_workflow_once_with_several_services()
    {
        const int events = 300;
        await using var another = await _service.StartAnotherAsync();
        await ExecuteAsync($$"""
            insert into intent_events (user_id, type, payload)
            select 'many', case when n % 2 = 0 then 'user_start_day' else 'nobody_waits' end, '{"mood": 1}' from generate_series(1, {{events}}) n
            """);

        await Eventually.IsTrueAsync(async () => await CountAsync("user_id = 'many'", "success") == events, "all runs");

        (await _service.Database.ScalarAsync<long>("""
            select count(*) from (select trigger_event_id, workflow_key from workflow_runs where user_id = 'many' group by 1, 2 having count(*) > 1) twice
            """)).Should().Be(0);
        (await CountAsync("user_id = 'many'", "success")).Should().Be(events);
    }

    /// <summary>As after a kill between the runs and the mark, if they were not one transaction.</summary>
    [Test]
    public async Task An_event_that_is_taken_again_starts_nothing_twice()
    {
        var receipt = await ReportAsync("again", "other", "{}");
        await ExecuteAsync($"update intent_events set dispatched_at = null where event_id = '{receipt.EventId}'");

        await Eventually.IsTrueAsync(async () => await _service.Database.ScalarAsync<bool>(
            $"select dispatched_at is not null from intent_events where event_id = '{receipt.EventId}'"), "it is taken again");

        (await _service.Database.ScalarAsync<long>("select count(*) from workflow_runs where user_id = 'again'")).Should().Be(1);
    }

    [Test]
    public async Task A_change_of_a_workflows_triggers_counts_from_the_next_event_on()
    {
        await _service.PutAsync("{ key: changing, trigger: { type: event, event_types: before }, steps: [{ id: a, type: transform, value: 1 }] }");
        var first = await ReportAsync("ada", "before", "{}");
        await _service.PutAsync("{ key: changing, trigger: { type: event, event_types: after }, steps: [{ id: a, type: transform, value: 1 }] }");

        first.Runs.Should().ContainSingle();
        (await ReportAsync("ada", "before", "{}")).Runs.Should().BeEmpty();
        (await ReportAsync("ada", "after", "{}")).Runs.Should().ContainSingle();
        await ExecuteAsync("delete from workflow_heads where workflow_key = 'changing'");
        (await ReportAsync("ada", "after", "{}")).Runs.Should().BeEmpty();
    }

    private async Task<EventReceipt> ReportAsync(string user, string type, string payload)
    {
        var events = _service.Get<EventDispatcher>();
        return (await events.ReportAsync(
            new IntentEvent
            {
                Tenant = "default",
                Id = events.NewId("default", null),
                UserId = user,
                Type = type,
                Payload = Value.Parse(payload),
                CreatedAt = DateTime.UtcNow,
            },
            CancellationToken.None))!;
    }

    private Task<long> CountAsync(string condition, string status) =>
        _service.Database.ScalarAsync<long>($"select count(*) from workflow_runs where {condition} and status = '{status}'");

    private Task ExecuteAsync(string sql) => _service.Database.ScalarAsync<object?>(sql);
}
