using System.Net;
using System.Security.Cryptography;
using System.Text;
using Hangfire;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Jobs.Dispatch;

/// <summary>Each occurrence starts one run where two services see it at the same moment; for events see <c>Jobs/Events</c>.</summary>
internal sealed class TriggersOnTwoServicesTests
{
    private TestService _one = null!;
    private TestService _two = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _one = await TestService.StartAsync();
        _two = await _one.StartAnotherAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _two.DisposeAsync();
        await _one.DisposeAsync();
    }

    /// <summary>Both schedulers, and both routes for a cron of one's own.</summary>
    [TestCase("once", 1)]
    [TestCase("all", 3)]
    [TestCase("skip", 0)]
    public async Task A_schedule_that_was_missed_has_its_runs_once(string misfire, int runs)
    {
        var key = $"days_{misfire}";
        var trigger = misfire == "once" ? "type: cron_or_event, event_types: other" : "type: cron";
        await PutAsync($$"""{ key: {{key}}, trigger: { {{trigger}}, cron: "0 0 * * *", timezone: Etc/GMT-3, misfire: {{misfire}} }, steps: [{ id: a, type: transform, value: 1 }] }""");
        await MakeDueAsync(key, days: 2);

        foreach (var service in new[] { _one, _two })
        {
            // Wakes the scheduler.
            service.Get<IRecurringJobManager>().AddOrUpdate<CronTriggerTests.Nothing>("waker", nothing => nothing.Do(), Cron.Never());
        }

        await Task.WhenAll(new[] { _one, _two }.Select(service => service.Get<CronCatchUp>().RunAsync(DispatchRequest.DefaultTenant, default)));
        await Eventually.IsTrueAsync(
            () => _one.Database.ScalarAsync<bool>($"""
                select not exists (select from hangfire.job where statename in ('Enqueued', 'Processing', 'Scheduled'))
                   and (select score from hangfire.set where value = 'workflow:default:{key}:0') > extract(epoch from now())
                """), "the schedule goes on, and every job has ended");

        (await _one.Database.ScalarAsync<long>($"select count(*) from workflow_runs where workflow_key = '{key}'")).Should().Be(runs);
    }

    [Test]
    public async Task A_delivery_of_a_webhook_to_both_is_one_run()
    {
        await PutAsync("{ key: hooked, trigger: { type: webhook, secret: TEST_WEBHOOK }, steps: [{ id: a, type: transform, value: 1 }] }");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => DeliverAsync(n % 2 == 0 ? _one : _two)));

        answers.Should().OnlyContain(status => status == HttpStatusCode.Accepted);
        (await _one.Database.ScalarAsync<long>("select count(*) from workflow_runs where workflow_key = 'hooked'")).Should().Be(1);
    }

    private static async Task<HttpStatusCode> DeliverAsync(TestService service)
    {
        const string body = """{"pushed": true}""";
        using var client = service.CreateClient(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/webhooks/hooked") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(TestService.WebhookSecret), Encoding.UTF8.GetBytes(body));
        request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(signature));
        request.Headers.Add("X-GitHub-Delivery", "the same");
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>As if no service had been there since that midnight of the schedule's zone.</summary>
    private Task MakeDueAsync(string key, int days) => _one.Database.ScalarAsync<object?>($"""
        with due as (select date_trunc('day', now(), 'Etc/GMT-3') - interval '{days} days' as at),
        placed as (update hangfire.set s set score = extract(epoch from d.at) from due d where s.value = 'workflow:default:{key}:0'),
        dated as (
          update hangfire.hash h set value = to_char(d.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || '.0000000Z'
          from due d where h.key = 'recurring-job:workflow:default:{key}:0' and h.field = 'NextExecution')
        select 1
        """);

    private Task PutAsync(string yaml)
    {
        var definition = WorkflowParser.Parse(yaml, "test").Definition!;
        return _one.Get<WorkflowRegistry>().PutAsync(DispatchRequest.DefaultTenant, definition, yaml, null, isRestart: false, CancellationToken.None);
    }
}
