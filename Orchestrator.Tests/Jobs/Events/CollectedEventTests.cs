using System.Text.Json;
using Orchestrator.Jobs.Events;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Jobs.Events;

/// <summary>Events that are collected before they start a run: each is in one run, whoever collects and whoever starts.</summary>
[TestFixture]
internal sealed class CollectedEventTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Of_a_burst_each_users_newest_event_starts_one_run()
    {
        await using var another = await _service.StartAnotherAsync();
        await _service.PutAsync("""
            key: settled
            trigger: { type: event, event_types: typed, debounce_ms: 3600000 }
            steps: [{ id: a, type: transform, value: inputs.n }]
            """);
        foreach (var n in Enumerable.Range(1, 5))
        {
            (await ReportAsync(n % 2 == 0 ? another : _service, "ada", "typed", $"{{\"n\": {n}}}")).Runs.Should().BeEmpty();
        }

        await ReportAsync(_service, "bob", "typed", """{"n": 9}""");
        var waits = await ScalarAsync<double[]>("select array_agg(extract(epoch from due_at - now())::float8) from event_collections where workflow_key = 'settled'");
        (await CountAsync("settled")).Should().Be(0, "both are waited for");
        await DueAsync("settled");

        await Eventually.IsTrueAsync(async () => await CountAsync("settled", "success") == 2, "a run each");
        waits.Should().HaveCount(2).And.OnlyContain(wait => wait > 3500 && wait <= 3600);
        (await ScalarAsync<string>("""
            select string_agg(concat_ws(' ', r.user_id, d.output, r.trigger), ', ' order by r.user_id)
            from workflow_runs r join workflow_run_data d using (tenant_id, workflow_run_id) where workflow_key = 'settled'
            """)).Should().Be("ada 5 event, bob 9 event");
    }

    [Test]
    public async Task A_short_quiet_is_noticed_without_help()
    {
        await _service.PutAsync("{ key: brief, trigger: { type: event, event_types: briefly, debounce_ms: 50 }, steps: [{ id: a, type: transform, value: 1 }] }");
        await ReportAsync(_service, "ada", "briefly", "{}");

        await Eventually.IsTrueAsync(async () => await CountAsync("brief", "success") == 1, "the run");
        (await ScalarAsync<long>("select count(*) from event_collections where workflow_key = 'brief'")).Should().Be(0);
    }

    [Test]
    public async Task A_batch_starts_when_it_is_full_and_its_rest_when_its_time_is_over()
    {
        await _service.PutAsync("""
            key: four_each
            trigger: { type: event, event_types: counted, batch: { size: 4, ms: 3600000 } }
            steps: [{ id: a, type: transform, value: "inputs.events.map(e => [e.user_id, e.type, e.payload.n])" }]
            """);
        var receipts = new List<EventReceipt>();
        foreach (var n in Enumerable.Range(1, 10))
        {
            receipts.Add(await ReportAsync(_service, n == 3 ? "bob" : "ada", "counted", $"{{\"n\": {n}}}"));
        }

        receipts.Select(receipt => receipt.Runs.Count).Should().Equal(0, 0, 0, 1, 0, 0, 0, 1, 0, 0);
        await DueAsync("four_each");
        await Eventually.IsTrueAsync(async () => await CountAsync("four_each", "success") == 3, "two full ones and the rest");
        (await ScalarAsync<string>("""
            select string_agg(concat(coalesce(r.user_id, 'several'), ' ', d.output::text), '; ' order by r.workflow_run_id)
            from workflow_runs r join workflow_run_data d using (tenant_id, workflow_run_id) where workflow_key = 'four_each'
            """)).Should().Be(
            """several [["ada", "counted", 1], ["ada", "counted", 2], ["bob", "counted", 3], ["ada", "counted", 4]]; """
            + """ada [["ada", "counted", 5], ["ada", "counted", 6], ["ada", "counted", 7], ["ada", "counted", 8]]; """
            + """ada [["ada", "counted", 9], ["ada", "counted", 10]]""");
    }

    /// <summary>Inserted by SQL, taken by several services, with reports at the same moment.</summary>
    [Test]
    public async Task Each_event_is_in_one_batch_with_several_services()
    {
        const int inserted = 400, reported = 100;
        await using var another = await _service.StartAnotherAsync();
        await _service.PutAsync("""
            key: sevens
            trigger: { type: event, event_types: many, batch: { size: 7, ms: 200 } }
            steps: [{ id: a, type: transform, value: inputs.events.length }]
            """);
        await ScalarAsync<object?>($"insert into intent_events (user_id, type) select 'u' || n % 5, 'many' from generate_series(1, {inserted}) n");
        await Task.WhenAll(Enumerable.Range(0, reported).Select(n => ReportAsync(n % 2 == 0 ? another : _service, "ada", "many", "{}")));

        await Eventually.IsTrueAsync(
            async () => await ScalarAsync<long>("select coalesce(sum(output::int), 0) from workflow_runs join workflow_run_data using (tenant_id, workflow_run_id) where workflow_key = 'sevens'") == inserted + reported,
            "all are in runs");
        var batches = await ScalarAsync<string[]>("select array_agg((payload->'events')::text) from workflow_runs join workflow_run_data using (tenant_id, workflow_run_id) where workflow_key = 'sevens'");
        var events = batches.Select(batch => JsonDocument.Parse(batch).RootElement.EnumerateArray().Select(one => one.GetProperty("event_id").GetString()).ToList()).ToList();
        events.SelectMany(batch => batch).Should().OnlyHaveUniqueItems().And.HaveCount(inserted + reported);
        events.Should().OnlyContain(batch => batch.Count <= 7);
    }

    [Test]
    public async Task What_is_collected_outlives_its_service_and_its_version()
    {
        const string trigger = "trigger: { type: event, event_types: lasting, debounce_ms: 3600000 }";
        await _service.PutAsync($"key: lasting\n{trigger}\nsteps: [{{ id: a, type: transform, value: 1 }}]");
        await using (var gone = await _service.StartAnotherAsync())
        {
            await ReportAsync(gone, "ada", "lasting", "{}");
        }

        await _service.PutAsync($"key: lasting\n{trigger}\nsteps: [{{ id: a, type: transform, value: 2 }}]");
        await ReportAsync(_service, "ada", "lasting", "{}");
        (await ScalarAsync<long>("select count(*) from event_collections where workflow_key = 'lasting'")).Should().Be(1, "the new version goes on with it");
        await DueAsync("lasting");

        await Eventually.IsTrueAsync(async () => await CountAsync("lasting", "success") == 1, "the run");
        (await ScalarAsync<string>("""
            select d.output::text from workflow_runs r join workflow_run_data d using (tenant_id, workflow_run_id) where workflow_key = 'lasting'
            """)).Should().Be("2");
    }

    [Test]
    public async Task Of_a_withdrawn_workflow_it_is_dropped_with_the_reason()
    {
        await _service.PutAsync("{ key: leaving, trigger: { type: event, event_types: left, batch: { size: 5, ms: 3600000 } }, steps: [{ id: a, type: transform, value: 1 }] }");
        var receipt = await ReportAsync(_service, "ada", "left", "{}");
        await ScalarAsync<object?>("delete from workflow_heads where workflow_key = 'leaving'");
        _service.Get<Orchestrator.Jobs.Definitions.WorkflowCatalog>().Forget("default", "leaving");
        await DueAsync("leaving");

        await Eventually.IsTrueAsync(
            async () => await ScalarAsync<bool>($"select errors is not null from intent_events where event_id = '{receipt.EventId}'"), "the event says so");
        (await ScalarAsync<string>($"select errors->0->>'message' from intent_events where event_id = '{receipt.EventId}'")).Should().Contain("Workflow 'leaving' was withdrawn");
        (await ScalarAsync<long>("select count(*) from event_collections where workflow_key = 'leaving'")).Should().Be(0);
        _service.Log.Warnings.Should().Contain(line => line.Contains("leaving") && line.Contains("dropped"));
    }

    private Task DueAsync(string workflow) => ScalarAsync<object?>($"update event_collections set due_at = now() where workflow_key = '{workflow}'");

    private static async Task<EventReceipt> ReportAsync(TestService service, string user, string type, string payload)
    {
        var events = service.Get<EventDispatcher>();
        var reported = new IntentEvent
        {
            Tenant = "default",
            Id = events.NewId("default", null),
            UserId = user,
            Type = type,
            Payload = Value.Parse(payload),
            CreatedAt = DateTime.UtcNow,
        };
        return (await events.ReportAsync(reported, CancellationToken.None))!;
    }

    private Task<long> CountAsync(string workflow, string? status = null) => ScalarAsync<long>(
        $"select count(*) from workflow_runs where workflow_key = '{workflow}' and ('{status}' = '' or status = '{status}')");

    private Task<T> ScalarAsync<T>(string sql) => _service.Database.ScalarAsync<T>(sql);
}
