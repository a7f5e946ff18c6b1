using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Hangfire;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Jobs.Limits;

/// <summary><c>config.concurrency</c> holds whatever starts a run: a schedule, an event, a webhook, another run.</summary>
[TestFixture]
internal sealed class SlotsOfAllRunsTests
{
    private static readonly string[] Sources = ["cron", "event", "webhook", "child"];

    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCaseSource(nameof(Sources))]
    public async Task They_wait_in_line(string source)
    {
        var key = await PutAsync(source, "queue");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync(source, key)));
        await Eventually.IsTrueAsync(async () => (await RunsAsync(key)).Count == 4, "the runs");

        for (var left = 4; left > 0; left--)
        {
            var open = await UntilAsync(key, runs => runs.Count(IsUnderWay) == 1, "one to have its turn");
            open.Where(run => !run.HasEnded && !IsUnderWay(run)).Select(run => run["wait"].WaitingFor).Should().HaveCount(left - 1).And.AllBe($"slot:{key}");
            var first = open.Single(IsUnderWay);
            await GoAsync(first.Id);
            await _service.EndAsync(first.Id);
        }

        (await RunsAsync(key)).Should().HaveCount(4).And.OnlyContain(run => run.Status == "success");
        await ParentsEndAsync(key, Enumerable.Repeat("success", source == "child" ? 4 : 0));
    }

    [TestCaseSource(nameof(Sources))]
    public async Task One_too_many_is_skipped(string source)
    {
        var key = await PutAsync(source, "skip");
        await StartAsync(source, key);
        var first = (await UntilAsync(key, runs => runs.Any(IsUnderWay), "the first"))[0].Id;

        await StartAsync(source, key);
        var second = (await UntilAsync(key, runs => runs.Count == 2 && runs[1].HasEnded, "the second"))[1];

        (second.Status, (string?)second.Error["message"]).Should().Be(
            ("cancelled", $"Skipped: as many runs of its key are open as config.concurrency allows (1), run {first} among them."));
        await GoAsync(first);
        (await _service.EndAsync(first)).Status.Should().Be("success");
        await ParentsEndAsync(key, source == "child" ? ["success", $"failed: Run {second.Id} of workflow '{key}' was cancelled: {(string?)second.Error["message"]}"] : []);
    }

    [TestCaseSource(nameof(Sources))]
    public async Task The_new_one_takes_the_slot_of_the_old_one(string source)
    {
        var key = await PutAsync(source, "cancel_running");
        await StartAsync(source, key);
        await UntilAsync(key, runs => runs.Any(IsUnderWay), "the first");

        await StartAsync(source, key);
        var runs = await UntilAsync(key, runs => runs.Count == 2 && runs[0].HasEnded && IsUnderWay(runs[1]), "the second");

        (runs[0].Status, (string?)runs[0].Error["message"]).Should().Be(
            ("cancelled", $"Cancelled for run {runs[1].Id}: 1 of its key may be open (config.concurrency, on_limit: cancel_running)."));
        await GoAsync(runs[1].Id);
        (await _service.EndAsync(runs[1].Id)).Status.Should().Be("success");
        await ParentsEndAsync(key, source == "child" ? [$"failed: Run {runs[0].Id} of workflow '{key}' was cancelled: {(string?)runs[0].Error["message"]}", "success"] : []);
    }

    private static bool IsUnderWay(TestRun run) => run["wait"].WaitingFor == "event";

    private async Task<string> PutAsync(string source, string onLimit)
    {
        var key = $"{source}_{onLimit}";
        var yaml = $$"""
            key: {{key}}
            triggers:
              - { type: cron, cron: "0 0 1 1 *" }
              - { type: event, event_types: [{{key}}] }
              - { type: webhook, secret: TEST_WEBHOOK }
            config: { concurrency: { limit: 1, on_limit: {{onLimit}} } }
            steps: [{ id: wait, type: wait_for_event, event: go }]
            """;
        var definition = WorkflowParser.Parse(yaml, "test").Definition!;
        await _service.Get<WorkflowRegistry>().PutAsync(DispatchRequest.DefaultTenant, definition, yaml, null, isRestart: false, CancellationToken.None);
        await _service.PutAsync($"{{ key: {key}_parent, steps: [{{ id: sub, type: workflow, workflow_key: {key} }}] }}");
        return key;
    }

    private async Task StartAsync(string source, string key)
    {
        switch (source)
        {
            case "cron":
                _service.Get<IRecurringJobManager>().Trigger($"workflow:default:{key}:0");
                break;
            case "event":
                (await _service.Client.PostAsJsonAsync("/api/events", new { type = key, user_id = "ada" })).EnsureSuccessStatusCode();
                break;
            case "webhook":
                await DeliverAsync(key);
                break;
            default:
                await _service.DispatchAsync(new DispatchRequest { WorkflowKey = $"{key}_parent" });
                break;
        }
    }

    private async Task DeliverAsync(string key)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"id": "{{Guid.NewGuid()}}"}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/webhooks/{key}") { Content = new ByteArrayContent(body) { Headers = { { "Content-Type", "application/json" } } } };
        request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(TestService.WebhookSecret), body)));
        using var answer = await _service.Client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    private async Task GoAsync(RunId run) => (await _service.Client.PostAsync($"/api/runs/{run}/signals/go", null)).EnsureSuccessStatusCode();

    /// <summary>The runs that started those of the key end, in the order of their start, each with its error.</summary>
    private async Task ParentsEndAsync(string key, IEnumerable<string> expected) =>
        (await UntilAsync($"{key}_parent", runs => runs.TrueForAll(run => run.HasEnded), "the end of the parents"))
            .Select(run => run.Status == "failed" ? $"failed: {run.Error["message"]}" : run.Status).Should().Equal(expected);

    private Task<List<TestRun>> UntilAsync(string key, Func<List<TestRun>, bool> condition, string what) => Eventually.GetAsync(
        async () => await RunsAsync(key) is var runs && condition(runs) ? runs : null, what);

    private async Task<List<TestRun>> RunsAsync(string key)
    {
        var ids = await _service.Database.ScalarAsync<Guid[]>(
            $"select coalesce(array_agg(workflow_run_id order by workflow_run_id), '{{}}') from workflow_runs where workflow_key = '{key}'");
        return [.. await Task.WhenAll(ids.Select(id => TestRun.ReadAsync(_service.Database, new RunId(id))))];
    }
}
