using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Waits;

/// <summary>Steps that wait for a person's yes or no, in a real service.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class ApprovalTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task The_first_answer_is_the_steps_result()
    {
        var id = await AskAsync("asks", "prompt: 'Pay {{ inputs.amount }}?'", """{"amount": 12}""");
        var shown = await StepAsync(id, "ask");
        ((string)shown["prompt"]!, (string)shown["waiting_for"]!).Should().Be(("Pay 12?", "approval"));

        var (first, answer) = await AnswerAsync(_service.Client, id, "ask", """{"approved": true, "comment": "Fine."}""");
        var (again, same) = await AnswerAsync(_service.Client, id, "ask", """{"approved": true, "comment": "Fine."}""");
        var (late, refusal) = await AnswerAsync(_service.Client, id, "ask", """{"approved": false}""");
        var run = await _service.EndAsync(id);

        (first, again, late).Should().Be((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Conflict));
        same.ToJsonString().Should().Be(answer.ToJsonString());
        ((string)refusal["detail"]!).Should().Contain("has approved step 'ask' before");
        run.Status.Should().Be("success");
        var output = JsonNode.Parse(run["ask"].Output!)!;
        ((bool)output["approved"]!, (string)output["comment"]!, (string)output["by"]!).Should().Be((true, "Fine.", (string)answer["by"]!));
        (await StepAsync(id, "ask"))["prompt"].Should().BeNull();
    }

    [TestCase("fail", "failed")]
    [TestCase("continue", "success")]
    public async Task A_no_fails_the_step_or_is_its_result(string policy, string status)
    {
        var id = await AskAsync($"says_no_{policy}", $"prompt: Sure?, on_reject: {policy}");

        await AnswerAsync(_service.Client, id, "ask", """{"approved": false, "comment": "Too dear."}""");
        var run = await _service.EndAsync(id);

        run.Status.Should().Be(status);
        if (status == "failed")
        {
            ((string)run.Error["message"]!).Should().EndWith("has rejected it: Too dear.");
            run["ask"].Attempts.Should().Be(1);
        }
        else
        {
            ((bool)JsonNode.Parse(run["ask"].Output!)!["approved"]!).Should().BeFalse();
        }
    }

    [Test]
    public async Task Only_an_approver_may_answer()
    {
        var id = await AskAsync("named", "prompt: Sure?, approvers: ['{{ inputs.boss }}', admin]", """{"boss": "the boss"}""");
        using var @operator = await _service.CreateClientAsync(Role.Operator);
        using var viewer = await _service.CreateClientAsync(Role.Viewer);
        using var stranger = await _service.CreateClientAsync(Role.Admin, "elsewhere");

        var (status, problem) = await AnswerAsync(@operator, id, "ask", """{"approved": true}""");
        status.Should().Be(HttpStatusCode.Forbidden);
        ((string)problem["detail"]!).Should().Contain("the boss, admin");
        (await AnswerAsync(viewer, id, "ask", """{"approved": true}""")).Status.Should().Be(HttpStatusCode.Forbidden);
        (await AnswerAsync(stranger, id, "ask", """{"approved": true}""")).Status.Should().Be(HttpStatusCode.NotFound);
        (await TestRun.ReadAsync(_service.Database, id))["ask"].WaitingFor.Should().Be("approval");

        (await AnswerAsync(_service.Client, id, "ask", """{"approved": true}""")).Status.Should().Be(HttpStatusCode.OK);
        (await _service.EndAsync(id)).Status.Should().Be("success");
    }

    [Test]
    public async Task Steps_that_do_not_wait_are_not_answered()
    {
        var id = await AskAsync("refuses", "prompt: Sure?, timeout_ms: 200, on_timeout: continue");
        (await AnswerAsync(_service.Client, id, "none", """{"approved": true}""")).Status.Should().Be(HttpStatusCode.NotFound);
        (await AnswerAsync(_service.Client, id, "ask", """{"approve": true}""")).Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        var run = await _service.EndAsync(id);

        var (status, problem) = await AnswerAsync(_service.Client, id, "ask", """{"approved": true}""");

        status.Should().Be(HttpStatusCode.Conflict);
        ((string)problem["detail"]!).Should().Be("The time to answer step 'ask' is over.");
        run["ask"].Output.Should().Be("null");
    }

    [Test]
    public async Task Steps_inside_of_others_have_their_addresses()
    {
        var id = await _service.StartRunAsync("""
            key: many_ask
            steps:
              - { id: process, type: for_each, items: "[1, 2, 3, 4]", steps: [{ id: ask, type: approval, prompt: "{{ 'No. ' + item }}" }] }
            output: results.process.map(one => one.comment)
            """);
        await _service.UntilAsync(id, run => run.Steps.Values.Count(step => step.WaitingFor == "approval") == 4, "four questions");
        ((string)(await StepAsync(id, "process[3].ask"))["prompt"]!).Should().Be("No. 4");

        for (var number = 0; number < 4; number++)
        {
            (await AnswerAsync(_service.Client, id, $"process[{number}].ask", $$"""{"approved": true, "comment": "{{number}}"}""")).Status.Should().Be(HttpStatusCode.OK);
        }

        (await _service.EndAsync(id)).Output.Should().Be("""["0","1","2","3"]""");
    }

    [Test]
    public async Task Of_many_answers_at_once_one_is_accepted()
    {
        var id = await AskAsync("crowd", "prompt: Who?");
        await using var other = await _service.StartAnotherAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(number =>
            AnswerAsync(number % 2 == 0 ? _service.Client : other.Client, id, "ask", $$"""{"approved": true, "comment": "{{number}}"}""")));

        var accepted = answers.Where(answer => answer.Status == HttpStatusCode.OK).ToArray();
        accepted.Should().ContainSingle();
        ((string)JsonNode.Parse((await _service.EndAsync(id))["ask"].Output!)!["comment"]!).Should().Be((string)accepted[0].Body["comment"]!);
    }

    private async Task<RunId> AskAsync(string key, string settings, string payload = "{}")
    {
        var id = await _service.StartRunAsync($"{{ key: {key}, steps: [{{ id: ask, type: approval, {settings} }}] }}", payload);
        await _service.UntilAsync(id, run => run["ask"].WaitingFor == "approval" || run.HasEnded, "the question");
        return id;
    }

    private async Task<JsonNode> StepAsync(RunId id, string step) =>
        (await _service.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{id}"))!["steps"]!.AsArray().Single(one => (string)one!["step_id"]! == step)!;

    private static async Task<(HttpStatusCode Status, JsonNode Body)> AnswerAsync(HttpClient client, RunId id, string step, string body)
    {
        using var answer = await client.PostAsync(
            $"/api/runs/{id}/approvals/{Uri.EscapeDataString(step)}", new StringContent(body, null, "application/json"));
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }
}
