using Npgsql;
using Orchestrator.Jobs.DeadLetters;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Events;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Jobs.Events;

/// <summary>The end of a run starts the runs that wait for it: once each, whatever ended it and whoever notices.</summary>
[TestFixture]
internal sealed class WorkflowTriggerTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task The_end_of_a_run_starts_one_run_of_each_that_waits_for_it_with_several_services()
    {
        const int runs = 60;
        await using var another = await _service.StartAnotherAsync();
        await _service.PutAsync("""
            key: told
            trigger: { type: workflow, on: completed, workflow_key: [first, unknown] }
            steps: [{ id: a, type: transform, value: "({ by: run.trigger, user: run.user_id, intent: run.intent_id, inputs })" }]
            """);
        await _service.PutAsync("""
            key: told_too
            trigger: { type: workflow, on: [completed, failed], workflow_key: first, match: event.payload.output.n >= 0 }
            steps: [{ id: a, type: transform, value: 1 }]
            """);
        await _service.PutAsync("{ key: never, trigger: { type: workflow, on: failed, workflow_key: first }, steps: [{ id: a, type: transform, value: 1 }] }");
        await _service.PutAsync("{ key: first, steps: [{ id: a, type: transform, value: '({ n: inputs.n })' }] }");
        for (var n = 0; n < runs; n++)
        {
            await _service.DispatchAsync(new DispatchRequest
            {
                WorkflowKey = "first",
                UserId = "ada",
                IntentId = "learn",
                Payload = Value.Parse($"{{\"n\": {n}}}"),
            });
        }

        await Eventually.IsTrueAsync(async () => await CountAsync("workflow_key in ('told', 'told_too') and status = 'success'") == 2 * runs, "all that follows");

        (await CountAsync("workflow_key like 'told%'")).Should().Be(2 * runs);
        (await CountAsync("workflow_key = 'never'")).Should().Be(0);
        (await ScalarAsync<long>("""
            select count(distinct d.payload->>'workflow_run_id') from workflow_runs r join workflow_run_data d using (tenant_id, workflow_run_id)
            where r.workflow_key = 'told'
            """)).Should().Be(runs, "each of the first runs is told of once");
        (await ScalarAsync<string>("""
            select d.output::text from workflow_runs r join workflow_run_data d using (tenant_id, workflow_run_id)
            where r.workflow_key = 'told' and d.payload->'output'->>'n' = '7'
            """)).Should().MatchRegex("""
            ^\{"by": "workflow", "user": "ada", "inputs": \{"error": null, "output": \{"n": 7\}, "status": "success", "user_id": "ada", "workflow_key": "first", "workflow_run_id": "[0-9a-f-]{36}"\}, "intent": "learn"\}$
            """.Trim());
    }

    [Test]
    public async Task However_a_run_fails_what_waits_for_failures_is_told()
    {
        await _service.PutAsync("""
            key: alarm
            trigger: { type: workflow, on: failed, workflow_key: [broken, slow] }
            steps: [{ id: a, type: transform, value: inputs.error.message }]
            """);
        await _service.PutAsync("{ key: mended, trigger: { type: workflow, on: completed, workflow_key: broken }, steps: [{ id: a, type: transform, value: 1 }] }");
        var broken = await _service.StartRunAsync("{ key: broken, steps: [{ id: a, type: transform, value: inputs.a.b, retry: { max_attempts: 1 } }] }");
        await _service.StartRunAsync("{ key: slow, steps: [{ id: a, type: transform, value: 1, queue: nobody }] }");
        await ScalarAsync<object?>("update workflow_runs set deadline_at = now(), timeout_ms = 1 where workflow_key = 'slow'");

        await Eventually.IsTrueAsync(async () => await CountAsync("workflow_key = 'alarm' and status = 'success'") == 2, "both alarms");
        (await ScalarAsync<string[]>("""
            select array_agg(d.output::text order by d.payload->>'workflow_key') from workflow_runs r join workflow_run_data d using (tenant_id, workflow_run_id)
            where r.workflow_key = 'alarm'
            """)).Should().SatisfyRespectively(
                first => first.Should().Contain("inputs.a"),
                second => second.Should().Contain("was not done within"));

        var job = await ScalarAsync<Guid>($"select job_id from job_queue where workflow_run_id = '{broken.Value}'");
        await _service.Get<DeadLetterDesk>().DecideAsync(DispatchRequest.DefaultTenant, new JobId(job), new ResolveDecision("test", "done by hand", Value.Of(1)), CancellationToken.None);
        await Eventually.IsTrueAsync(async () => await CountAsync("workflow_key = 'mended' and status = 'success'") == 1, "an operator's success is one");
    }

    [Test]
    public async Task A_circle_of_workflows_ends_with_the_reason()
    {
        await _service.PutAsync("{ key: ping, trigger: { type: workflow, on: completed, workflow_key: pong }, steps: [{ id: a, type: transform, value: 1 }] }");
        await _service.PutAsync("{ key: pong, trigger: { type: workflow, on: completed, workflow_key: ping }, steps: [{ id: a, type: transform, value: 1 }] }");
        for (var n = 0; n < 2; n++)
        {
            await _service.DispatchAsync(new DispatchRequest { WorkflowKey = "ping" });
        }

        // A run a second would make the test slow: whoever asks may dispatch what waits.
        await Eventually.IsTrueAsync(
            async () =>
            {
                await _service.Get<EventDispatcher>().DispatchWaitingAsync(CancellationToken.None);
                return await ScalarAsync<long>("select count(*) from intent_events where errors::text like '%in a circle%'") == 2;
            },
            "both chains end");

        (await CountAsync("workflow_key in ('ping', 'pong')")).Should().Be(2 * (RunEnd.MaxDepth + 1));
        _service.Log.Warnings.Should().Contain(line => line.Contains("in a circle"));
    }

    [Test]
    public async Task An_end_that_nobody_waits_for_is_no_event()
    {
        await _service.RunAsync("{ key: lonely, steps: [{ id: a, type: transform, value: 1 }] }");

        (await ScalarAsync<long>("select count(*) from intent_events where type like '%:lonely'")).Should().Be(0);
    }

    [Test]
    public async Task What_does_not_commit_is_no_end()
    {
        await _service.PutAsync("{ key: after_undone, trigger: { type: workflow, on: failed, workflow_key: undone }, steps: [{ id: a, type: transform, value: 1 }] }");
        await _service.StartRunAsync("{ key: undone, steps: [{ id: a, type: transform, value: 1, queue: nobody }] }");
        await using var connection = await _service.Get<Database>().Source.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var fail = new NpgsqlCommand("update workflow_runs set status = 'failed', finished_at = now() where workflow_key = 'undone'", connection);
            await fail.ExecuteNonQueryAsync();
            await transaction.RollbackAsync();
        }

        (await ScalarAsync<long>("select count(*) from intent_events where type = 'workflow.failed:undone'")).Should().Be(0);
        await ScalarAsync<object?>("update workflow_runs set status = 'failed', finished_at = now() where workflow_key = 'undone'");
        (await ScalarAsync<long>("select count(*) from intent_events where type = 'workflow.failed:undone'")).Should().Be(1);
    }

    private Task<long> CountAsync(string condition) => ScalarAsync<long>($"select count(*) from workflow_runs where {condition}");

    private Task<T> ScalarAsync<T>(string sql) => _service.Database.ScalarAsync<T>(sql);
}
