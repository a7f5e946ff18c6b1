using System.Net;
using System.Net.Http.Json;
using System.Text;
using Npgsql;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Storage;

/// <summary>
/// Many requests at the same moment, more than there are connections: nobody who has one waits for another, or all of them
/// would wait for each other.
/// </summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class ConnectionsTests
{
    private const int Requests = 60;

    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Dispatches_of_several_runs()
    {
        await _service.PutAsync("{ key: several, steps: [{ id: a, type: transform, value: 1 }] }");
        var two = new[] { new DispatchRequest { WorkflowKey = "several" }, new DispatchRequest { WorkflowKey = "several" } };

        var outcomes = await AtOnceAsync("workflow_heads", () => _service.Get<Dispatcher>().DispatchAllAsync(two, CancellationToken.None));

        outcomes.SelectMany(outcome => outcome).Should().HaveCount(2 * Requests).And.OnlyContain(outcome => outcome is Dispatched);
    }

    [Test]
    public async Task An_event_that_is_reported_again()
    {
        var answers = await AtOnceAsync("intent_events", async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/events") { Content = JsonContent.Create(new { type = "again", user_id = "ada" }) };
            request.Headers.Add("Idempotency-Key", "once");
            using var answer = await _service.Client.SendAsync(request);
            return answer.StatusCode;
        });

        answers.Should().OnlyContain(status => status == HttpStatusCode.Accepted);
    }

    [Test]
    public async Task Items_and_questions_where_the_workflow_was_not_read_yet()
    {
        var id = await _service.StartRunAsync("""
            key: unread
            steps:
              - { id: all, type: for_each, items: "[1]", steps: [{ id: wait, type: wait_for_event, event: go }] }
              - { id: after, type: transform, value: 1, depends_on: [all] }
            """);
        await _service.UntilAsync(id, run => run.Steps.ContainsKey("all[0].wait"), "the first item");
        await using var other = await _service.StartAnotherAsync(TestService.WithoutWorkers);

        var added = await AtOnceAsync("workflow_definitions", () => AnswerAsync(other.Client.PostAsync(
            $"/api/runs/{id}/steps/all/items", new StringContent("""{"items": [2]}""", Encoding.UTF8, "application/json"))));
        await using var third = await _service.StartAnotherAsync(TestService.WithoutWorkers);
        var told = await AtOnceAsync("workflow_definitions", () => AnswerAsync(third.Client.GetAsync($"/api/runs/{id}/steps/after/why")));

        added.Concat(told).Should().OnlyContain(status => status == HttpStatusCode.OK);
    }

    private static async Task<HttpStatusCode> AnswerAsync(Task<HttpResponseMessage> request)
    {
        using var answer = await request;
        return answer.StatusCode;
    }

    /// <summary>Nobody gets on with the table until as many requests are under way as there are connections.</summary>
    private async Task<T[]> AtOnceAsync<T>(string table, Func<Task<T>> request)
    {
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new NpgsqlCommand($"lock table orchestrator.{table} in access exclusive mode", connection).ExecuteNonQueryAsync();
        var answers = Task.WhenAll(Enumerable.Range(0, Requests).Select(_ => request()));
        await Eventually.IsTrueAsync(
            () => _service.Database.ScalarAsync<bool>("select count(*) >= 15 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"),
            "the requests", seconds: 20);
        await transaction.CommitAsync();
        return await answers;
    }
}
