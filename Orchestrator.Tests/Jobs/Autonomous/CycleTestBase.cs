using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Autonomous;

/// <summary>A service with a worker, and what tests of cycles do with it through the API.</summary>
[Parallelizable(ParallelScope.Self)]
internal abstract class CycleTestBase
{
    protected TestService Service { get; private set; } = null!;

    [SetUp]
    public async Task StartAsync() => Service = await TestService.StartAsync(WithoutDelays);

    [TearDown]
    public ValueTask StopAsync() => Service.DisposeAsync();

    /// <summary>Starts another service in place of the one that there is.</summary>
    protected async Task RestartAsync(Action<OrchestratorOptions> configure)
    {
        await Service.DisposeAsync();
        Service = await TestService.StartAsync(configure);
    }

    protected static void WithoutDelays(OrchestratorOptions options)
    {
        options.Autonomous.MinDelay = options.Autonomous.MaxDelay = TimeSpan.Zero;
    }

    /// <summary>Somebody else has the cycle's lock: cycles that are started wait.</summary>
    protected Task HoldCycleAsync() => Service.Database.ExecuteAsync($"""
        insert into autonomous_execution_locks (lock_key, locked_by, fencing_token, expires_at)
        values ('{CycleStep.LockKey}', 'test', 1, now() + interval '1 hour')
        on conflict (tenant_id, lock_key) do update set locked_by = excluded.locked_by, expires_at = excluded.expires_at
        """);

    protected Task FreeCycleAsync() => Service.Database.ExecuteAsync("delete from autonomous_execution_locks where locked_by = 'test'");

    protected async Task<JsonElement> RunCycleAsync() => await EndAsync(await TriggerAsync());

    protected async Task<long> TriggerAsync()
    {
        using var answer = await Service.Client.PostAsync("/autonomous/trigger-job", null);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetInt64();
    }

    protected async Task<JsonElement> EndAsync(long id)
    {
        var status = default(JsonElement);
        await Eventually.IsTrueAsync(
            async () =>
            {
                status = await Service.Client.GetFromJsonAsync<JsonElement>($"/autonomous/jobs/{id}/status");
                return status.GetProperty("job").GetProperty("status").GetString() is "completed" or "failed";
            },
            $"the end of cycle {id}");
        return status;
    }

    protected Task<JsonElement> ExplainAsync(JsonElement status, long agent, string workflow) => Service.Client.GetFromJsonAsync<JsonElement>(
        $"/autonomous/jobs/{status.GetProperty("job").GetProperty("id").GetInt64()}/explain?agent_id={agent}&workflow={workflow}");

    protected async Task<JsonElement> SimulateAsync(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await Service.Client.PostAsync("/autonomous/simulate", content);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    protected static int Executed(JsonElement status) => status.GetProperty("job").GetProperty("total_workflows_executed").GetInt32();

    protected Task PutAsync(string key, int order, string score, string? noted = null) => Service.PutAsync($$"""
        key: {{key}}
        readiness: { order: {{order}}, score: "{{score}}"{{(noted is null ? "" : $", event: {noted}")}} }
        steps: [{ id: a, type: transform, value: 1 }]
        """);

    protected Task<long> AddAgentAsync(string username, string status = "active") => Service.Database.ScalarAsync<long>(
        $"insert into agents (username, status) values ('{username}', '{status}') returning id");

    protected async Task<List<T>> QueryAsync<T>(string sql)
    {
        await using var connection = await Service.Database.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<T>(sql)).AsList();
    }
}
