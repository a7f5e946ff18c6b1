using System.Net;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Web.Api;

[TestFixture]
internal sealed class WorkflowEndpointTests : ApiFixture
{
    private const string Broken = """
        key: broken
        steps:
          - { id: one, type: http, call: /x, metod: GET }
          - { id: two, call: /y, depends_on: [oen] }
        """;

    [Test]
    public async Task A_workflow_is_put_read_and_listed()
    {
        var first = await PutAsync("dynamic", "{ key: dynamic, name: First, steps: [{ id: a, type: transform, value: 1 }] }");
        var same = await PutAsync("dynamic", "{ key: dynamic, name: First, steps: [{ id: a, type: transform, value: 1 }] }");
        var second = await PutAsync("dynamic", "{ key: dynamic, name: Second, steps: [{ id: b, type: transform, value: 1 }] }");

        (first.Status, (int)first.Body["version"]!, (bool)first.Body["is_new"]!).Should().Be((HttpStatusCode.Created, 1, true));
        (same.Status, (int)same.Body["version"]!, (bool)same.Body["is_new"]!).Should().Be((HttpStatusCode.OK, 1, false));
        ((int)second.Body["version"]!).Should().Be(2);
        var newest = (await GetAsync("/api/workflows/dynamic")).Body;
        ((int)newest["version"]!, (string)newest["name"]!).Should().Be((2, "Second"));
        ((string)newest["content"]!).Should().Contain("id: b");
        var old = (await GetAsync("/api/workflows/dynamic?version=1")).Body;
        ((string)old["name"]!, (string)old["steps"]![0]!).Should().Be(("First", "a"));
        (await GetAsync("/api/workflows")).Body["items"]!.AsArray().Should().Contain(item => (string)item!["workflow_key"]! == "dynamic");
    }

    [Test]
    public async Task A_workflow_that_was_put_is_withdrawn_and_its_versions_stay()
    {
        await PutAsync("gone", "{ key: gone, trigger: { type: cron, cron: '0 7 * * *' }, steps: [{ id: a, type: transform, value: 1 }] }");
        await PutAsync("gone", "{ key: gone, trigger: { type: cron, cron: '0 8 * * *' }, steps: [{ id: a, type: transform, value: 2 }] }");
        var before = (await GetAsync("/api/workflows/gone/versions?limit=1")).Body;
        var withdrawn = await SendAsync("DELETE", "/api/workflows/gone");

        ((int)before["items"]![0]!["version"]!, (bool)before["items"]![0]!["is_head"]!, (int)before["next_cursor"]!).Should().Be((2, true, 2));
        withdrawn.Status.Should().Be(HttpStatusCode.OK, withdrawn.Text);
        withdrawn.Body["version"].Should().BeNull("no file has it");
        (await GetAsync("/api/workflows/gone")).ShouldBeProblem(HttpStatusCode.NotFound);
        (await SendAsync("DELETE", "/api/workflows/gone")).ShouldBeProblem(HttpStatusCode.NotFound);
        (await SendAsync("POST", "/api/runs", """{"workflow_key": "gone"}""")).ShouldBeProblem(HttpStatusCode.NotFound);
        (await GetAsync("/api/workflows/gone/versions")).Body["items"]!.AsArray().Select(item => ((int)item!["version"]!, (bool)item["is_head"]!))
            .Should().Equal((2, false), (1, false));
        (await Service.Database.ScalarAsync<long>("select count(*) from hangfire.set where key = 'recurring-jobs' and value like 'workflow:default:gone:%'"))
            .Should().Be(0);
        (await GetAsync("/api/workflows/never/versions")).ShouldBeProblem(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Two_versions_are_compared()
    {
        await PutAsync("compared", "{ key: compared, steps: [{ id: a, type: transform, value: 1 }, { id: b, type: transform, value: 1 }] }");
        await PutAsync("compared", "{ key: compared, tags: [x], steps: [{ id: a, type: transform, value: 2 }, { id: c, type: transform, value: 1 }] }");

        var diff = (await GetAsync("/api/workflows/compared/diff?from=1&to=2")).Body;

        diff.ToJsonString().Should().Be((await GetAsync("/api/workflows/compared/diff")).Body.ToJsonString(), "the newest with the one before it");
        (diff["added"]!.ToJsonString(), diff["removed"]!.ToJsonString(), diff["changed"]!.ToJsonString(), diff["fields"]!.ToJsonString())
            .Should().Be(("[\"c\"]", "[\"b\"]", "[{\"id\":\"a\",\"fields\":[\"value\"]}]", "[\"tags\"]"));
        ((string)diff["text"]!).Should().StartWith("--- compared/1\n+++ compared/2\n@@ -1,1 +1,1 @@\n-{ key");
        (await GetAsync("/api/workflows/compared/diff?from=1&to=3")).ShouldBeProblem(HttpStatusCode.NotFound);
        (await GetAsync("/api/workflows/never/diff")).ShouldBeProblem(HttpStatusCode.NotFound);
        (await GetAsync("/api/workflows/compared/diff?from=x")).ShouldBeProblem(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task A_workflow_of_a_file_is_not_withdrawn_by_the_api()
    {
        const string text = "{ key: filed, steps: [{ id: a, type: transform, value: 1 }] }";
        await Service.Get<WorkflowRegistry>().PutAsync(
            "default", WorkflowParser.Parse(text, "filed.yml").Definition!, text, "filed.yml", isRestart: false, default);

        var refused = await SendAsync("DELETE", "/api/workflows/filed");

        refused.ShouldBeProblem(HttpStatusCode.Conflict);
        ((string)refused.Body["detail"]!).Should().Contain("filed.yml");
        (await GetAsync("/api/workflows/filed")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task What_is_put_over_a_file_gives_its_place_back()
    {
        var folder = Directory.CreateDirectory(Service.Get<Orchestrator.Jobs.Hosting.OrchestratorOptions>().WorkflowsFolder!).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "covered.yml"), "{ key: covered, name: Filed, steps: [{ id: a, type: transform, value: 1 }] }");
        await PutAsync("covered", "{ key: covered, name: Put, steps: [{ id: a, type: transform, value: 1 }] }");

        var withdrawn = await SendAsync("DELETE", "/api/workflows/covered");

        withdrawn.Status.Should().Be(HttpStatusCode.OK, withdrawn.Text);
        ((int)withdrawn.Body["version"]!, (string)withdrawn.Body["source"]!).Should().Be((2, "covered.yml"));
        ((string)(await GetAsync("/api/workflows/covered")).Body["name"]!).Should().Be("Filed");
    }

    [Test]
    public async Task Workflows_are_listed_page_by_page()
    {
        await PutAsync("page_a", "{ key: page_a, steps: [{ id: a, type: transform, value: 1 }] }");
        await PutAsync("page_b", "{ key: page_b, steps: [{ id: a, type: transform, value: 1 }] }");
        var page = (await GetAsync("/api/workflows?limit=1&cursor=page_")).Body;
        var next = (await GetAsync($"/api/workflows?limit=1&cursor={(string)page["next_cursor"]!}")).Body;

        ((string)page["items"]![0]!["workflow_key"]!, (string)next["items"]![0]!["workflow_key"]!).Should().Be(("page_a", "page_b"));
        (await GetAsync("/api/workflows?limit=0")).ShouldBeProblem(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Everything_wrong_with_a_file_is_said_with_its_place()
    {
        var put = await PutAsync("broken", Broken);
        var validated = await SendAsync("POST", "/api/workflows/validate", Broken);

        put.ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        put.Errors.Should().Contain(error => error.Contains("line 3") && error.Contains("`metod`"))
            .And.Contain(error => error.Contains("line 4") && error.Contains("oen"));
        validated.Status.Should().Be(HttpStatusCode.OK);
        ((bool)validated.Body["ok"]!).Should().BeFalse();
        validated.Body["diagnostics"]!.AsArray().Should().Contain(one => (int)one!["line"]! == 3 && (int)one["column"]! > 1 && (string)one["severity"]! == "error");
    }

    [Test]
    public async Task A_sound_file_validates()
    {
        var answer = await SendAsync("POST", "/api/workflows/validate", "{ key: sound, steps: [{ id: a, type: transform, value: 1 }] }");

        ((bool)answer.Body["ok"]!, (string)answer.Body["workflow_key"]!).Should().Be((true, "sound"));
    }

    [Test]
    public async Task The_key_of_the_content_is_that_of_the_address() =>
        (await PutAsync("other", "{ key: mine, steps: [{ id: a, type: transform, value: 1 }] }")).ShouldBeProblem(HttpStatusCode.UnprocessableEntity);

    [TestCase("/api/workflows/nobody")]
    [TestCase("/api/workflows/greet?version=99")]
    public async Task A_workflow_that_is_not_there_is_not_found(string path) => (await GetAsync(path)).ShouldBeProblem(HttpStatusCode.NotFound);

    [Test]
    public async Task A_content_that_is_too_large_is_refused()
    {
        var larger = await PutAsync("large", new string('#', (1 << 20) + 1));
        var largest = await PutAsync("large", new string('#', 3 << 20));

        larger.ShouldBeProblem(HttpStatusCode.RequestEntityTooLarge);
        largest.ShouldBeProblem(HttpStatusCode.RequestEntityTooLarge);
    }

    [Test]
    public async Task A_content_with_nul_is_refused_with_its_place() =>
        (await PutAsync("nul", "{ key: nul, name: \"a\0b\", steps: [{ id: a, type: transform, value: 1 }] }")).ShouldBeProblem(HttpStatusCode.UnprocessableEntity);

    [Test]
    public async Task A_run_stays_on_the_version_that_it_was_dispatched_with()
    {
        await PutAsync("stays", "{ key: stays, steps: [{ id: a, call: /stays }, { id: b, type: transform, value: \"'old'\", depends_on: [a] }] }");
        using var gate = new SemaphoreSlim(0);
        Service.Target.On("/stays", async (http, _) =>
        {
            await gate.WaitAsync(http.RequestAborted);
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        });
        var id = await Service.DispatchAsync(new Orchestrator.Jobs.Dispatch.DispatchRequest { WorkflowKey = "stays" });
        await PutAsync("stays", "{ key: stays, steps: [{ id: a, call: /stays }, { id: b, type: transform, value: \"'new'\", depends_on: [a] }] }");
        gate.Release(10);

        (await Service.EndAsync(id)).Output.Should().Be("\"old\"");
    }

    private Task<ApiAnswer> PutAsync(string key, string content) => SendAsync("PUT", $"/api/workflows/{key}", content);

    [TestCase("/api/workflows/validate", HttpStatusCode.OK)]
    [TestCase("/api/workflows/no-such-route/x", HttpStatusCode.NotFound)]
    public async Task An_answer_can_be_read_in_a_terminal_and_is_taken_for_nothing_but_what_it_says(string path, HttpStatusCode status)
    {
        var answer = await SendAsync("POST", path, """{"key": "it's"}""");

        answer.Status.Should().Be(status, answer.Text);
        answer.Text.Should().NotContain("\\u").And.MatchRegex("[`/]");
        answer.Headers["X-Content-Type-Options"].Should().Be("nosniff");
    }
}
