using Orchestrator.Tests.Workflows.Support;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>The <c>readiness</c> of a workflow file.</summary>
internal sealed class ReadinessParsingTests
{
    private static IEnumerable<TestCaseData> Mistakes =>
    [
        Readiness("§yes", "readiness", "expected a mapping, found the text `yes`"),
        Readiness("§{order: 1}", "readiness", "`score` is missing. Add `score:`"),
        Readiness("{score: 1, §treshold: 2}", "readiness.treshold", "unknown field `treshold`"),
        Readiness("{score: 1, §baseThreshhold: 2}", "readiness.baseThreshhold", "unknown field `baseThreshhold`"),
        Readiness("{score: 1, order: §first}", "readiness.order", "expected a whole number, found the text `first`"),
        Readiness("{score: 1, order: §-1}", "readiness.order", "-1 is not between 0 and 1000000"),
        Readiness("{score: 1, base_threshold: §-0.1}", "readiness.base_threshold", "-0.1 is not between 0 and 1000"),
        Readiness("{score: 1, event: §3}", "readiness.event", "expected text, found the number 3. Put it in quotes."),
        Readiness("{score: 1, event: §''}", "readiness.event", "it is empty"),
        Readiness($"{{score: 1, event: §{new string('e', 101)}}}", "readiness.event", "the event's type has 101 characters, more than the 100 that it may have"),
        Readiness("{score: §}", "readiness.score", "expected an expression, found nothing"),
        Readiness("{score: '1 +§'}", "readiness.score", "expected a value"),
        Readiness("{score: '1 + §inputs.x'}", "readiness.score", "unknown name `inputs`. Known are `agent`, `events`"),
        Readiness("{score: \"§hourSince('a')\"}", "readiness.score", "unknown function `hourSince`. Did you mean `hoursSince`?"),
        Broken.Step("when: §hoursSince('a') > 1", "when", "unknown function `hoursSince`"),
        Broken.Step("when: §count > 1", "when", "unknown name `count`"),
        Broken.Step("when: §events.length > 1", "when", "unknown name `events`"),
        Broken.File("key: k\ntrigger: {type: event, event_types: a, match: \"§count('a') > 1\"}\nsteps: [{id: a, call: /x}]\n", "trigger.match", "unknown function `count`"),
    ];

    [TestCaseSource(nameof(Mistakes))]
    public void A_mistake_is_reported_where_it_is(string text, string path, string fragment) => Broken.Check(text, path, fragment);

    [Test]
    public void What_is_given_is_read_and_the_rest_has_the_seeds_defaults()
    {
        var full = Files.Sound("key: k\nreadiness: {order: 3, baseThreshold: 0.8, score: \"{{ count('a') }}\", event: a_done}\nsteps: [{id: a, call: /x}]\n");
        var least = Files.Sound("key: k\nreadiness: {score: 1}\nsteps: [{id: a, call: /x}]\n");

        full.Readiness.Should().BeEquivalentTo(new { Order = 3, BaseThreshold = 0.8, Event = "a_done", Score = new { Source = "count('a')" } });
        least.Readiness.Should().BeEquivalentTo(new { Order = 999, BaseThreshold = 0.6, Event = (string?)null, Score = new { Source = "1" } });
        Files.Sound("key: k\nsteps: [{id: a, call: /x}]\n").Readiness.Should().BeNull();
    }

    private static TestCaseData Readiness(string readiness, string path, string fragment) =>
        Broken.File($"key: k\nreadiness: {readiness}\nsteps: [{{id: a, call: /x}}]\n", path, fragment);
}
