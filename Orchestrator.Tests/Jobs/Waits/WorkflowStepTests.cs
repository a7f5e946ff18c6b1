using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;
using Hangfire;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Waits;

/// <summary>Steps that run other workflows, in a real service.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class WorkflowStepTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync();
        await _service.PutAsync("""
            key: doubles
            inputs: { n: { type: number, required: true } }
            steps: [{ id: a, type: transform, value: inputs.n * 2 }]
            """);
        await _service.PutAsync("{ key: fails, steps: [{ id: a, type: fail, message: 'out of stock' }] }");
        await _service.PutAsync("{ key: waits, steps: [{ id: wait, type: wait_for_event, event: go }] }");
        await _service.PutAsync("{ key: waits_below, steps: [{ id: below, type: workflow, workflow_key: waits }] }");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task The_output_of_the_child_is_the_result()
    {
        var run = await _service.RunAsync("""
            key: parent
            steps:
              - { id: all, type: for_each, items: "[1, 2, 3]", steps: [{ id: child, type: workflow, workflow_key: "{{ inputs.key }}", inputs: { n: "{{ item }}" } }] }
            """, """{"key": "doubles"}""");

        run.Status.Should().Be("success");
        run.Output.Should().Be("[2,4,6]");
        var children = (await _service.Client.GetFromJsonAsync<JsonNode>($"/api/runs?parent={run.Id}"))!["items"]!.AsArray();
        children.Should().HaveCount(3).And.OnlyContain(child => (string)child!["user_id"]! == "ada" && (string)child["intent_id"]! == "learn"
            && (string)child["parent_run_id"]! == run.Id.ToString() && (string)child["trigger"]! == "parent");
    }

    [Test]
    public async Task A_childs_failure_comes_up()
    {
        var run = await _service.RunAsync("{ key: comes_up, steps: [{ id: child, type: workflow, workflow_key: fails }] }");

        run.Status.Should().Be("failed");
        var child = (await ChildrenAsync(run.Id)).Single();
        ((string)run.Error["message"]!).Should().Be($"Run {child.Id} of workflow 'fails' failed: out of stock");
        run["child"].Attempts.Should().Be(1);
    }

    [TestCase("workflow_key: nowhere", "There is no workflow 'nowhere'")]
    [TestCase("workflow_key: doubles, inputs: { n: many }", "payload.n")]
    public async Task A_child_that_cannot_start_fails_the_step(string settings, string problem)
    {
        var run = await _service.RunAsync($"{{ key: bad_child, steps: [{{ id: child, type: workflow, {settings} }}] }}");

        run.Status.Should().Be("failed");
        ((string)run.Error["message"]!).Should().Contain(problem);
    }

    [Test]
    public async Task A_step_may_go_on_without_the_childs_end()
    {
        var run = await _service.RunAsync("{ key: lets_go, steps: [{ id: child, type: workflow, workflow_key: waits, wait: false }] }");

        run.Status.Should().Be("success");
        var child = (await ChildrenAsync(run.Id)).Single();
        ((string)JsonNode.Parse(run["child"].Output!)!["workflow_run_id"]!).Should().Be(child.Id.ToString());
        await _service.UntilAsync(new RunId(child.Id), found => found["wait"].WaitingFor == "event", "the child's wait: nobody cancels it");
        await _service.Client.PostAsJsonAsync($"/api/runs/{child.Id}/signals/go", new { });
        (await _service.EndAsync(new RunId(child.Id))).Status.Should().Be("success");
    }

    [Test]
    public async Task What_was_started_below_ends_with_the_step()
    {
        var run = await _service.RunAsync("""
            key: gives_up
            steps:
              - { id: child, type: workflow, workflow_key: waits_below, timeout_ms: 1000 }
            """);

        run.Status.Should().Be("failed");
        ((string)run.Error["message"]!).Should().Contain("No end within 1000 ms");
        var child = (await ChildrenAsync(run.Id)).Single();
        var below = await Eventually.GetAsync(async () => (await ChildrenAsync(new RunId(child.Id))).SingleOrDefault(), "the child's child");
        (await _service.EndAsync(new RunId(child.Id))).Status.Should().Be("cancelled");
        (await _service.EndAsync(new RunId(below.Id))).Status.Should().Be("cancelled");
    }

    [Test]
    public async Task A_pause_holds_for_the_run_alone_and_its_children_are_paused_by_their_parent()
    {
        var run = await _service.StartRunAsync("{ key: holds, steps: [{ id: child, type: workflow, workflow_key: waits }] }");
        await _service.UntilAsync(run, above => above["child"].WaitingFor == "workflow", "the child");
        var child = new RunId((await ChildrenAsync(run)).Single().Id);
        await _service.UntilAsync(child, below => below["wait"].WaitingFor == "event", "the child's wait");

        (await _service.Client.PostAsync($"/api/runs/{run}/pause", null)).EnsureSuccessStatusCode();
        (await _service.UntilAsync(child, _ => true, "the child")).Status.Should().Be("running");
        foreach (var (action, status) in new[] { ("pause", "paused"), ("resume", "running") })
        {
            using var answer = await _service.Client.PostAsJsonAsync("/api/runs/bulk", new { action, filter = new { parent = run.ToString() } });
            ((int)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["count"]!).Should().Be(1);
            (await _service.UntilAsync(child, _ => true, "the child")).Status.Should().Be(status);
        }

        await _service.Client.PostAsJsonAsync($"/api/runs/{child}/signals/go", new { });
        (await _service.EndAsync(child)).Status.Should().Be("success");
        (await _service.UntilAsync(run, _ => true, "the parent")).Status.Should().Be("paused");
        (await _service.Client.PostAsync($"/api/runs/{run}/resume", null)).EnsureSuccessStatusCode();
        (await _service.EndAsync(run)).Status.Should().Be("success");
    }

    [Test]
    public async Task A_workflow_that_starts_itself_comes_to_an_end()
    {
        var run = await _service.RunAsync("{ key: again, steps: [{ id: child, type: workflow, workflow_key: again }] }");

        run.Status.Should().Be("failed");
        ((string)run.Error["message"]!).Should().Contain("is inside of 20 others").And.Contain("does workflow 'again' start itself?");
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<long>("select count(*) from workflow_runs where workflow_key = 'again'")).Should().Be(21);
    }

    [Test]
    public async Task A_child_run_is_started_once_also_when_its_step_is_retried_days_later()
    {
        var run = await _service.RunAsync("{ key: days_later, steps: [{ id: child, type: workflow, workflow_key: fails }] }");
        var child = (await ChildrenAsync(run.Id)).Single();
        await _service.Database.ExecuteAsync($"update idempotency_keys set created_at = now() - interval '2 days' where workflow_run_id = '{child.Id}'");
        await _service.Database.ExecuteAsync("""
            insert into idempotency_keys (scope, key, request_sha256, workflow_run_id, created_at)
            select scope, 'goes', '', gen_random_uuid(), now() - interval '2 days' from unnest(array['runs', 'step']) scope
            """);
        _service.Get<IRecurringJobManager>().Trigger(CleanUpJob.RecurringId);
        await Eventually.IsTrueAsync(() => _service.Database.ScalarAsync<bool>("select count(*) = 0 from idempotency_keys where key = 'goes'"), "the clean-up");

        (await _service.Client.PostAsync($"/api/runs/{run.Id}/steps/child/retry", null)).EnsureSuccessStatusCode();
        await _service.UntilAsync(run.Id, again => again.HasEnded && again["child"].Attempts == 2, "the retry");

        (await ChildrenAsync(run.Id)).Should().Equal(child);
    }

    private async Task<List<Child>> ChildrenAsync(RunId run)
    {
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<Child>("select workflow_run_id as id, status from workflow_runs where parent_run_id = @id", new { id = run.Value })).AsList();
    }

    private sealed record Child(Guid Id, string Status);
}
