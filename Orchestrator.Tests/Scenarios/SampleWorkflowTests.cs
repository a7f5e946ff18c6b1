using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>Every workflow that the project ships is sound, runs on the sample agents as a newcomer has them, and does what it says.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
[Parallelizable(ParallelScope.Self)]
internal sealed class SampleWorkflowTests
{
    /// <summary>What the autonomous cycle gives.</summary>
    private const string Ada = """
        {"agent": {"id": 7, "username": "ada", "about": "Reads.", "system_prompt": "Be kind.", "capabilities": ["write"]},
         "job_id": 1, "score": 0.9, "threshold": 0.5, "readiness": 0.4}
        """;

    /// <summary>These have tests of their own: <see cref="PatternTests"/>.</summary>
    private static readonly string Patterns = Path.Combine("examples", "patterns");

    /// <summary>Not workflows.</summary>
    private static readonly string[] Settings = ["readiness.yml", Path.Combine("templates", "checked_call.yml")];

    /// <summary>File, workflow, inputs, state of the run, its output; a member that differs each time is <c>*</c>.</summary>
    private static readonly (string File, string Key, string Inputs, string State, string Output)[] Samples =
    [
        ("daily_instructor_v1.yml", "daily_instructor_v1", "{}", "success", """{"ok": true, "agent": "notify", "delivered_to": "ada", "channel": "in-app"}"""),
        ("weekly_seed_v1.yml", "weekly_seed_v1", "{}", "success", """{"ok": true, "agent": "brand/update-briefing", "briefing": "updated"}"""),
        ("feed_review.yml", "feed_review", Ada, "success", """{"reviewed": 5, "highlights": ["post-5", "post-2"], "tokens_used": 180}"""),
        ("feed_review.yml", "feed_review", "{}", "success", """{"reviewed": 5, "highlights": ["post-2", "post-4"], "tokens_used": 180}"""),
        ("like.yml", "like", Ada, "success", """{"post_id": "post-4", "tokens_used": 60}"""),
        ("comment.yml", "comment", Ada, "success",
            """{"post_id": "post-2", "text": "ada thinks about it: What is a good first question about photosynthesis?", "tokens_used": 300}"""),
        ("share.yml", "share", Ada, "success", """{"post_id": "post-5", "tokens_used": 60}"""),
        ("post_creator.yml", "post_creator", Ada, "success",
            """{"post_id": "post-of-ada", "text": "ada thinks about it: Spaced repetition beats rereading: three notes from a year of trying.", "tokens_used": 240}"""),
        ("bookmark.yml", "bookmark", Ada, "success", """{"post_id": "post-3", "tokens_used": 60}"""),
        ("examples/retry.yml", "example_retry", "{}", "success", """{"flaky_calls": 3, "busy_calls": 2}"""),
        ("examples/fan_out.yml", "example_fan_out", "{}", "success", """["writer", "illustrator", "checker"]"""),
        ("examples/inputs.yml", "example_inputs", """{"email": "ada@example.org"}""", "success", """["1: Hi ada", "2: Hi ada"]"""),
        ("examples/inputs.yml", "example_inputs", """{"email": "ada@example.org", "tone": "formal", "copies": 1}""", "success", """["1: Dear ada"]"""),
        ("examples/inputs.yml", "example_inputs", """{"email": "nobody", "tone": "rude", "copies": 6}""", "refused", """["payload.email", "payload.tone", "payload.copies"]"""),
        ("examples/branches.yml", "example_branches", "{}", "success", "\"three more exercises\""),
        ("examples/branches.yml", "example_branches", """{"score": 80}""", "success", "\"well done, here is your certificate\""),
        ("examples/nightly.yml", "example_nightly", "{}", "success", """{"reported_by": "reporter", "told": "in-app"}"""),
        ("examples/priority.yml", "example_priority", "{}", "success", """{"answered": true, "tidied": true}"""),
        ("examples/rate_limit.yml", "example_rate_limit", "{}", "success", """{"calls": 3}"""),
        ("examples/concurrency.yml", "example_concurrency", """{"user": "ada"}""", "success", "\"report of ada\""),
        ("examples/max_parallel.yml", "example_max_parallel", "{}", "success", "[2,4,6,8,10,12]"),
        ("examples/exclusive.yml", "example_exclusive", "{}", "success", """{"booked": true, "in_turn": true}"""),
        ("examples/results.yml", "example_results", "{}", "success", """{"lines": ["read chapter 4"], "words": 3, "told": "ada"}"""),
        ("examples/script.yml", "example_script", """{"text": "to be or not to be, that is the question"}""", "success",
            """{"words": 10, "top": ["be (2)", "to (2)", "is (1)"], "told": true}"""),
        ("examples/event_trigger.yml", "example_event_trigger", """{"mood": 2, "note": "long day"}""", "success", """{"to": "ada", "text": "Mood 2: long day. Take it easy today."}"""),
        ("examples/after_failure.yml", "example_after_failure", """{"workflow_run_id": "7", "error": {"message": "no answer"}}""", "success", "\"7 failed: no answer\""),
        ("examples/debounce.yml", "example_debounce", """{"text": "three more words"}""", "success", """{"words": 3}"""),
        ("examples/batch.yml", "example_batch", """{"events": [{"type": "post_liked"}, {"type": "post_liked"}, {"type": "post_shared"}]}""", "success", """{"likes": 2, "shares": 1}"""),
        ("examples/templates.yml", "example_templates", "{}", "success",
            """[{"agent": "writer", "enough": true, "topic": "photosynthesis"}, {"agent": "checker", "enough": false, "topic": "photosynthesis again"}]"""),
        ("examples/agents.yml", "example_agents", "{}", "success",
            """{"summary": "executor has done it: Write it: coordinator has done it: Plan a page about leaves", "sources": ["plan"]}"""),
        ("examples/accuracy.yml", "example_accuracy", "{}", "success", """{"confidence": "high", "accuracy": 95, "attempts": 2}"""),
        ("examples/alternative_agent.yml", "example_alternative_agent", "{}", "success", """{"id": null, "username": "coordinator", "alternative": true}"""),
        ("examples/emit_event.yml", "example_emit_event", "{}", "success", """["example_event_trigger"]"""),
        ("examples/rollback.yml", "example_rollback", """{"card": {"number": "4242"}}""", "success", "\"paid with 4242\""),
        ("examples/auto_recovery.yml", "example_auto_recovery", "{}", "success", "\"prepared\""),
        ("examples/escalate.yml", "example_escalate", "{}", "success", "\"paid\""),
        ("examples/wait_for_event.yml", "example_wait_for_event", "{}", "success", """{"paid": 12, "by": "card"}"""),
        ("examples/approval.yml", "example_approval", "{}", "success", "\"nobody has answered in time\""),
        ("examples/child_workflow.yml", "example_child_workflow", """{"scores": [80, 20]}""", "success",
            """["well done, here is your certificate", "three more exercises"]"""),
        ("examples/time_limit.yml", "example_time_limit", "{}", "success", """{"answer": "what was known before"}"""),
        ("examples/more_items.yml", "example_more_items", "{}", "success", "[\"checked a\", \"checked b\"]"),
        ("examples/notify.yml", "example_notify", "{}", "success", """{"channel": "alerts"}"""),
        ("examples/notify.yml", "example_notify", """{"free": 50}""", "success", """{"channel": "nobody was told"}"""),
        ("examples/restart.yml", "example_restart", "{}", "success", """["leaves for pupils", "roots for pupils"]"""),
        ("examples/demo/01_linear.yml", "demo_linear", "{}", "success", """{"saved": true, "items": [30, 10, 20]}"""),
        ("examples/demo/02_parallel.yml", "demo_parallel", "{}", "success", """{"process-a": "a", "process-b": "b", "process-c": "c"}"""),
        ("examples/demo/03_condition.yml", "demo_condition", "{}", "success", "\"processed\""),
        ("examples/demo/04_loop.yml", "demo_loop", "{}", "success", """{"iterations": 4, "result": {"batch": 3, "sum": 300}}"""),
        ("examples/demo/05_errors.yml", "demo_errors", "{}", "success", """{"attempts": 3, "optional": true, "processor": "backup of primary-processor"}"""),
        ("examples/demo/06_agents.yml", "demo_agents", "{}", "success",
            """{"goal": "Transform: coordinator has done it: Analyze customer feedback", "sources": ["ai-analysis"], "summary": "executor has done it: Transform: coordinator has done it: Analyze customer feedback", "confidence": "high"}"""),
        ("examples/demo/07_http.yml", "demo_http", "{}", "success", """{"ok": true, "agent": "notify", "channel": "in-app", "delivered_to": "ada"}"""),
        ("examples/demo/08_script.yml", "demo_script", "{}", "success", """{"count": 2}"""),
        ("examples/demo/09_state.yml", "demo_state", "{}", "success", """["before", "after"]"""),
        ("examples/demo/10_complex.yml", "demo_complex", "{}", "success",
            """[{"id": 1, "how": "accepted"}, {"id": 2, "how": "reviewed"}, {"id": 3, "how": "accepted"}]"""),
        ("examples/expressions.yml", "example_expressions", """{"from": "2026-11-01", "days": 2}""", "success",
            """{"days": ["2026-11-01", "2026-11-02"], "bill": {"lines": ["tea: 7.50", "juice: 6.20", "cake: 4.20"], "total": "17.90"}, "stamp": "*"}"""),
    ];

    [Test]
    public async Task Each_ends_as_it_says()
    {
        NodeJs.Require();
        await using var place = Place.Create();
        await using var service = await place.ServeAsync();
        var wrong = new List<string>();

        foreach (var (file, key, inputs, state, output) in Samples)
        {
            var (ended, result) = await RunAsync(service, key, inputs);
            var expected = JsonNode.Parse(output);
            foreach (var (name, _) in (expected as JsonObject)?.Where(member => member.Value?.ToJsonString() == "\"*\"").ToArray() ?? [])
            {
                expected![name] = result?[name]?.DeepClone();
            }

            if (ended != state || !JsonNode.DeepEquals(result, expected))
            {
                wrong.Add($"{file} with {inputs}: {ended} {result?.ToJsonString()}");
            }
        }

        wrong.Should().BeEmpty();
        Place.Samples().Where(file => !file.Contains(Patterns, StringComparison.Ordinal)).Except(Settings).Except(Samples.Select(sample => sample.File).Select(file => file.Replace('/', Path.DirectorySeparatorChar)))
            .Should().BeEmpty("each is in the table");
        service.Output.Should().NotContain(" warn: ").And.NotContain(" fail: ");
    }

    [Test]
    public async Task All_are_valid_without_a_word()
    {
        await using var place = Place.Create();

        var (code, output) = await place.RunAsync("validate");

        code.Should().Be(0, output);
        output.Trim().Should().Be($"{Place.Samples().Count} files: {Place.Samples().Count} good, 0 with errors, 0 warnings");
    }

    /// <summary>The run's state and output; refused: the paths of what is wrong.</summary>
    private static async Task<(string State, JsonNode? Output)> RunAsync(ServiceProcess service, string key, string inputs)
    {
        using var dispatched = await service.Client.PostAsJsonAsync(
            "/api/runs", new JsonObject { ["workflow_key"] = key, ["user_id"] = "ada", ["payload"] = JsonNode.Parse(inputs) });
        var answer = (await dispatched.Content.ReadFromJsonAsync<JsonNode>())!;
        if (!dispatched.IsSuccessStatusCode)
        {
            return ("refused", new JsonArray([.. answer["errors"]!.AsArray().Select(error => error!["path"]!.DeepClone())]));
        }

        var run = await Eventually.GetAsync(
            async () => await service.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{answer["workflow_run_id"]}") is { } found
                && (string?)found["finished_at"] is not null ? found : null,
            $"The end of {key}");
        return ((string)run["status"]!, run["output"]?.DeepClone());
    }
}
