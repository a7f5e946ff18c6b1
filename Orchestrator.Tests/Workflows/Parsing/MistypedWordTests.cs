using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>A mistyped word gets a hint at the nearest of those that may stand there, whichever setting it is.</summary>
[TestFixture]
internal sealed class MistypedWordTests
{
    [TestCase("call: /x, on_failure: escalat", "escalate")]
    [TestCase("call: /x, on_failure: { strategy: Rolback }", "rollback")]
    [TestCase("call: /x, on_failure: { type: retyr }", "retry")]
    [TestCase("call: /x, join: al_done", "all_done")]
    [TestCase("call: /x, priority: hihg", "high")]
    [TestCase("call: /x, method: POTS", "POST")]
    [TestCase("call: /x, retry: { backoff: exponental }", "exponential")]
    [TestCase("call: /x, retry: { on: [time_out] }", "timeout")]
    [TestCase("type: notify, message: m, channel: alerts, severity: critcal", "critical")]
    [TestCase("type: wait_for_event, event: e, timeout_ms: 5, on_timeout: contnue", "continue")]
    [TestCase("type: agent-task, goal: g, agent: b, output_schema: { type: objekt }", "object")]
    [TestCase("type: for_each, items: '[1]', on_item_failure: abrot, steps: [{ id: b, call: /b }]", "abort")]
    [TestCase("type: tranform, value: 1", "transform")]
    public void In_a_step(string step, string nearest) => Check($"key: k\nsteps: [{{ id: a, {step} }}]", nearest);

    [TestCase("trigger: { type: cron, cron: 0 7 * * *, misfire: onse }", "once")]
    [TestCase("trigger: { type: webhok, secret: S }", "webhook")]
    [TestCase("trigger: { type: workflow, on: faild, workflow_key: b }", "failed")]
    [TestCase("config: { concurrency: { limit: 1, on_limit: cancel_runing } }", "cancel_running")]
    [TestCase("config: { priority: urgnt }", "urgent")]
    [TestCase("defaults: { on_failure: contiue }", "continue")]
    [TestCase("inputs: { n: { type: strng } }", "string")]
    public void Beside_the_steps(string setting, string nearest) => Check($"key: k\n{setting}\nsteps: [{{ id: a, call: /x }}]", nearest);

    [Test]
    public void A_word_that_is_near_to_none_has_no_hint() =>
        WorkflowParser.Parse("key: k\nsteps: [{ id: a, call: /x, on_failure: sometimes }]", "f.yml").Diagnostics.Should().ContainSingle().Which.Hint.Should().BeEmpty();

    private static void Check(string file, string nearest) =>
        WorkflowParser.Parse(file, "f.yml").Diagnostics.Should().ContainSingle().Which.Hint.Should().Be($"Did you mean `{nearest}`?");
}
