using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Hangfire;
using Microsoft.Extensions.Options;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Jobs.Events;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Jobs.Autonomous;

/// <summary>What starts an autonomous cycle, and who may.</summary>
[TestFixture]
internal sealed class CycleTriggerTests : CycleTestBase
{
    [Test]
    public async Task Event_starts_a_cycle_once()
    {
        await AddAgentAsync("ada");
        await Service.Database.ExecuteAsync(
            "insert into intent_events (event_id, user_id, type) values ('019aa4c0-7b00-7a31-8d52-6f0c1e0000ff', 'ada', 'autonomous_cycle')");

        await Eventually.IsTrueAsync(
            async () => (await QueryAsync<string>("select job_type || ' ' || status from autonomous_jobs")).SingleOrDefault() == "triggered completed", "the cycle");
        await using var connection = await Service.Database.DataSource.OpenConnectionAsync();
        var events = new[] { new IntentEvent { Tenant = "default", Id = Guid.Parse("019aa4c0-7b00-7a31-8d52-6f0c1e0000ff"), Type = "autonomous_cycle", UserId = "ada", Payload = Value.EmptyObject, CreatedAt = default } };
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("set local search_path = orchestrator, public");
        (await Service.Get<CycleEvents>().StartAsync(events, connection, transaction, CancellationToken.None)).Should().BeFalse();
    }

    [Test]
    public async Task Recurring_job_starts_a_cycle_and_goes_with_its_schedule()
    {
        await RestartAsync(options => options.Autonomous.Cron = "0 * * * *");
        (await QueryAsync<string>($"select value from hangfire.hash where key = 'recurring-job:{CycleJob.RecurringId}' and field = 'Cron'"))
            .Should().Equal("0 * * * *");

        Service.Get<IRecurringJobManager>().Trigger(CycleJob.RecurringId);

        await Eventually.IsTrueAsync(
            async () => (await QueryAsync<string>("select job_type || ' ' || status from autonomous_jobs")).SingleOrDefault() == "scheduled completed", "the cycle");
        await using var other = await Service.StartAnotherAsync();
        (await QueryAsync<string>($"select value from hangfire.hash where key = 'recurring-job:{CycleJob.RecurringId}'")).Should().BeEmpty();
    }

    [Test]
    public async Task Wrong_schedule_stops_the_start_with_its_name()
    {
        var start = () => TestService.StartAsync(options => options.Autonomous.Cron = "each hour");

        (await start.Should().ThrowAsync<OptionsValidationException>()).WithMessage("Orchestrator:Autonomous:Cron is 'each hour'; it has to be a cron expression, or empty: *");
    }

    [Test]
    public async Task Trigger_while_a_cycle_runs_gets_409_and_its_id()
    {
        await HoldCycleAsync();
        var id = await TriggerAsync();

        using var answer = await Service.Client.PostAsync("/api/autonomous/trigger-job", null);

        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("job_id").GetInt64().Should().Be(id);
        problem.GetProperty("success").GetBoolean().Should().BeFalse();
        await FreeCycleAsync();
        await EndAsync(id);
    }

    [Test]
    public async Task Two_nodes_that_are_triggered_at_the_same_moment_start_one_cycle()
    {
        await using var other = await Service.StartAnotherAsync(WithoutDelays);
        for (var i = 0; i < 100; i++)
        {
            // Held, so that no cycle is over before both have asked.
            await HoldCycleAsync();
            var answers = await Task.WhenAll(new[] { Service, other, Service, other }.Select(async service =>
            {
                using var answer = await service.Client.PostAsync("/autonomous/trigger-job", null);
                return (answer.StatusCode, Id: (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetInt64());
            }));
            answers.Select(answer => answer.StatusCode).Should().BeEquivalentTo(
                [HttpStatusCode.OK, HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.Conflict]);
            answers.Select(answer => answer.Id).Distinct().Should().ContainSingle();
            await FreeCycleAsync();
            await EndAsync(answers[0].Id);
        }

        (await QueryAsync<long>("select count(*) from autonomous_jobs")).Single().Should().Be(100);
    }

    [Test]
    public async Task Roles_and_tenants_are_kept_apart()
    {
        await RunCycleAsync();
        using var viewer = await Service.CreateClientAsync(Orchestrator.Jobs.Access.Role.Viewer);
        using var stranger = await Service.CreateClientAsync(Orchestrator.Jobs.Access.Role.Operator, "other");

        (await viewer.PostAsync("/autonomous/trigger-job", null)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await viewer.GetAsync("/autonomous/jobs/1/status")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await stranger.GetAsync("/autonomous/jobs/1/status")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await stranger.GetFromJsonAsync<JsonElement>("/autonomous/jobs")).GetProperty("items").GetArrayLength().Should().Be(0);
    }
}
