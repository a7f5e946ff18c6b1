using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Control;

/// <summary>What is taken over of steps that contain others, were undone, cancelled, or stand elsewhere in another version.</summary>
[TestFixture]
internal sealed class RestartBlockTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task What_was_undone_is_done_again()
    {
        var old = await _service.RunAsync("""
            key: undone
            variables: { fails: true }
            steps:
              - { id: plan, type: transform, value: 1 }
              - { id: book, type: transform, value: 1, compensate: unbook, depends_on: [plan] }
              - { id: note, type: transform, value: 1, depends_on: [book] }
              - { id: pay, type: transform, value: "variables.fails ? inputs.a.b.c : 2", on_failure: rollback, depends_on: [note] }
              - { id: unbook, type: transform, value: 0 }
            """);
        old.Status.Should().Be("failed");

        var refused = await RestartAsync(old.Id, """{"from_step": "pay"}""");
        var run = await RestartedAsync(old.Id, """{"from_step": "book", "variables": {"fails": false}}""");

        ((string)refused["detail"]!).Should().Contain("'pay' depends on 'book', 'note', of which there is no result. Restart from 'book'");
        run.Status.Should().Be("success");
        Done(run).Should().BeEquivalentTo("book", "note", "pay");
    }

    [Test]
    public async Task Branches_that_had_not_ended_go_on_among_what_they_had()
    {
        var old = await _service.RunAsync("""
            key: branches_go_on
            variables: { fails: true }
            steps:
              - { id: both, type: parallel, steps: [good, bad] }
              - { id: good, type: transform, value: 1 }
              - { id: bad, type: transform, value: "variables.fails ? inputs.a.b.c : 2" }
              - { id: backed, type: transform, value: inputs.a.b.c, on_failure: { strategy: alternative, step: backup } }
              - { id: backup, type: transform, value: 5 }
              - { id: other, type: transform, value: 1, depends_on: [backed] }
              - { id: end, type: transform, value: "[results.both, results.backed]", depends_on: [both, other] }
            """.Replace("id: both, type: parallel,", "id: both, type: parallel, depends_on: [other],"));
        old.States.Should().Contain("good success, bad dead");

        var run = await RestartedAsync(old.Id, """{"from_step": "bad", "variables": {"fails": false}}""");

        (run.Status, run["end"].Output).Should().Be(("success", """[{"bad": 2, "good": 1}, 5]"""));
        Done(run).Should().BeEquivalentTo("both", "bad", "end");
    }

    [Test]
    public async Task A_join_of_the_first_keeps_what_it_cancelled()
    {
        var old = await _service.RunAsync("""
            key: first_of_two
            steps:
              - { id: quick, type: transform, value: 1 }
              - { id: slow, type: delay, ms: 3600000 }
              - { id: join, type: transform, value: 1, depends_on: [quick, slow], join: { need: 1, rest: cancel } }
              - { id: end, type: transform, value: "results.join", depends_on: [join] }
            """);
        old.States.Should().Be("quick success, slow cancelled, join success, end success");

        var run = await RestartedAsync(old.Id, """{"from_step": "join"}""");

        (run.Status, run.States).Should().Be(("success", old.States));
        Done(run).Should().BeEquivalentTo("join", "end");
    }

    [Test]
    public async Task In_another_version_a_body_may_have_grown_and_items_lie_in_items()
    {
        const string yaml = """
            key: grown
            variables: { fails: true }
            steps:
              - id: outer
                type: for_each
                items: [1, 2]
                steps:
                  - { id: base, type: transform, value: item * 10 }
                  - id: inner
                    type: for_each
                    items: "[7, 8]"
                    depends_on: [base]
                    steps:
                      - { id: sum, type: transform, value: "variables.fails && item === 8 ? inputs.a.b.c : results.base + item" }
            """;
        var old = await _service.RunAsync(yaml);
        old.Status.Should().Be("failed");
        await _service.PutAsync(yaml.Replace("results.base + item\" }", "results.base + item\" }\n      - { id: extra, type: transform, value: \"results.inner\", depends_on: [inner] }"));

        var run = await RestartedAsync(old.Id, """{"from_step": "outer[0].inner[1].sum", "version": 2, "variables": {"fails": false}}""");

        (run.Status, run.Output).Should().Be(("success", "[[17,18],[27,28]]"));
        Done(run).Should().Contain(["outer[0].inner[1].sum", "outer[0].extra", "outer[1].extra"]).And.NotContain(["outer[0].base", "outer[0].inner[0].sum"]);
    }

    /// <summary>The steps that the run has done itself.</summary>
    private static IEnumerable<string> Done(TestRun run) => run.Steps.Values.Where(step => step.Attempts > 0).Select(step => step.StepId);

    private async Task<TestRun> RestartedAsync(RunId old, string body) =>
        await _service.EndAsync(new RunId((Guid)(await RestartAsync(old, body))["workflow_run_id"]!));

    private async Task<JsonNode> RestartAsync(RunId old, string body)
    {
        var answer = await _service.Client.PostAsync($"/api/runs/{old}/restart", new StringContent(body, Encoding.UTF8, "application/json"));
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }
}
