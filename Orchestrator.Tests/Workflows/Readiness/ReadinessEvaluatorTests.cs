using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Tests.Workflows.Readiness;

/// <summary>The seed's edges to the digit, what formulas see, and formulas that fail.</summary>
internal sealed class ReadinessEvaluatorTests
{
    private const double Exactly = 0;

    [Test]
    public void An_agent_without_a_past_counts_as_long_idle()
    {
        var evaluation = Evaluate(Histories.Of());

        evaluation.Should().BeEquivalentTo(new { LastActivityCount = 0, HoursSinceLast = (double?)null, Freshness = 0.0, OnlineProbability = 0.5, Readiness = 0.25 });
        Score(evaluation, "feed_review").Should().Be(0.7, "never reviewed is 24 hours ago");
        Score(evaluation, "post_creator").Should().Be(0.4, "never posted is 48 hours ago");
        evaluation.Workflows.Should().OnlyContain(one => one.Threshold == 0.6 * 0.75);
        evaluation.Workflows.Where(one => one.Eligible).Select(one => one.Type).Should().Equal("feed_review", "like", "comment", "bookmark");
    }

    [TestCase(5.999, 0)]
    [TestCase(6, 0.2)]
    [TestCase(12, 0.4)]
    [TestCase(40, 0.4)]
    public void Nothing_is_posted_within_six_hours(double hours, double score) =>
        Score(Evaluate(Histories.Of(("post_created", hours), ("post_created", 100))), "post_creator").Should().BeApproximately(score, Exactly);

    [Test]
    public void The_newest_review_counts_and_the_window_of_four_hours_is_strict()
    {
        var within = Evaluate(Histories.Of(("feed_reviewed", 1), ("slept", 3.9999), ("feed_reviewed", 5)));
        var onTheEdge = Evaluate(Histories.Of(("feed_reviewed", 1), ("slept", 4), ("feed_reviewed", 5)));

        Score(within, "feed_review").Should().BeApproximately((0.5 * 0.7) + (0.2 * 0.3), 1e-15);
        Score(onTheEdge, "feed_review").Should().BeApproximately(0.5 * 0.7, 1e-15);
    }

    [Test]
    public void A_score_that_equals_its_threshold_is_eligible_and_scores_are_not_clamped()
    {
        var evaluation = Evaluate(Histories.Of(), Rule("equal", "0.375", "base_threshold: 0.5"), Rule("below", "0.3749999999", "base_threshold: 0.5"), Rule("huge", "12"), Rule("negative", "-3"));

        evaluation.Workflows.Where(one => one.Eligible).Select(one => one.Type).Should().Equal("equal", "huge");
        Score(evaluation, "huge").Should().Be(12);
        Score(evaluation, "negative").Should().Be(-3);
    }

    [Test]
    public void Workflows_come_by_order_then_key()
    {
        var evaluation = Evaluate(Histories.Of(), Rule("last", "1"), Rule("b", "1", "order: 2"), Rule("a", "1", "order: 2"), Rule("first", "1", "order: 1, base_threshold: 0.9"));

        evaluation.Workflows.Select(one => one.Type).Should().Equal("first", "a", "b", "last");
        evaluation.Workflows[0].Threshold.Should().Be(0.9 * 0.75);
        evaluation.Workflows[3].Order.Should().Be(999);
    }

    [TestCase("agent.nothing.more", "can't read `more` of undefined")]
    [TestCase("0 / 0", "a finite number is needed, found NaN")]
    [TestCase("hoursSince('never')", "a finite number is needed, found Infinity")]
    [TestCase("'1'", "a finite number is needed, found 1")]
    [TestCase("events", "a finite number is needed, found an array")]
    [TestCase("hoursSince(3)", "`hoursSince` needs the type of an event, or a list of types, found a number")]
    [TestCase("hoursSince('never', 'long')", "`hoursSince` needs a number of hours here, found long")]
    [TestCase("countWithin(-1)", "`countWithin` needs a number of hours here, at least 0, found -1")]
    [TestCase("countWithin(4, 'slept')", "`countWithin` needs a function here")]
    [TestCase("count(null)", "`count` needs the type of an event, or a list of types, found null")]
    [TestCase("freshness(0, 5)", "`freshness`: the half-life, in hours, has to be above 0")]
    [TestCase("online(13, 2)", "`online`: the window is at most 12 hours, found 13")]
    [TestCase("countWithin(9000, e => countWithin(9000, f => countWithin(9000, g => countWithin(9000, h => true) > 0) > 0) > 0)", "it takes more than")]
    public void A_formula_that_fails_is_the_error_of_its_workflow_alone(string score, string error)
    {
        var agent = Histories.Of([.. Enumerable.Range(0, 50).Select(hour => ("slept", (double)hour))]);

        var evaluation = Evaluate(agent, Rule("broken", score), Rule("sound", "1"));

        var broken = evaluation.Workflows.Single(one => one.Type == "broken");
        broken.Should().BeEquivalentTo(new { Score = (double?)null, Eligible = false });
        broken.Error.Should().Contain(error);
        evaluation.Workflows.Single(one => one.Type == "sound").Should().BeEquivalentTo(new { Eligible = true, Error = (string?)null });
    }

    [TestCase("events.length", 4)]
    [TestCase("count()", 4)]
    [TestCase("count('slept')", 2)]
    [TestCase("count(['slept', 'post_liked'])", 3)]
    [TestCase("countWithin(3)", 2)]
    [TestCase("countWithin(100, e => e.data.stars > 3)", 1)]
    [TestCase("hoursSince('slept')", 2)]
    [TestCase("hoursSince(['feed_reviewed', 'post_liked'], 99)", 1)]
    [TestCase("hoursSince('never', 99)", 99)]
    [TestCase("events[0].hours_ago", 1)]
    [TestCase("(now() - events[2].created_at) / 3600000", 5)]
    [TestCase("events.find(e => e.event_type === 'slept').hours_ago", 2)]
    [TestCase("agent.username === 'ada' && agent.capabilities.length === 0 && agent.about === '' ? agent.id : -1", 7)]
    [TestCase("Math.round((now() - agent.created_at) / 86400000)", 90)]
    [TestCase("freshness(6, 5) + online(1, 2) > 0 ? 1 : 0", 1)]
    public void Formulas_see_the_agent_its_events_and_the_helpers(string score, double expected)
    {
        var agent = Histories.Of(("post_liked", 1), ("slept", 2), ("slept", 5), ("feed_reviewed", 30));
        agent = agent with { Events = [agent.Events[0] with { Data = Value.Parse("""{"stars": 4}""") }, .. agent.Events.Skip(1)] };

        Score(Evaluate(agent, Rule("one", score)), "one").Should().Be(expected);
    }

    /// <summary>The worked example of docs/readiness.md.</summary>
    [Test]
    public void The_worked_example_comes_out_as_written()
    {
        var evaluation = Evaluate(Histories.Of(("post_liked", 3), ("feed_reviewed", 24.5), ("slept", 40), ("post_created", 168)));

        evaluation.Freshness.Should().BeApproximately(0.1552, 0.00005);
        evaluation.OnlineProbability.Should().BeApproximately(4.0 / 12, 1e-15);
        evaluation.Readiness.Should().BeApproximately(0.2443, 0.00005);
        evaluation.Workflows[0].Threshold.Should().BeApproximately(0.4466, 0.00005);
    }

    [Test]
    public void Events_yet_to_come_count_as_now_in_the_measures()
    {
        var evaluation = Evaluate(Histories.Of(("slept", -3)));

        evaluation.HoursSinceLast.Should().Be(-3);
        evaluation.Freshness.Should().Be(0.2);
        evaluation.OnlineProbability.Should().Be(3.0 / 4);
    }

    [Test]
    public void A_measure_beyond_its_range_is_its_end_and_one_that_fails_is_the_agents_error()
    {
        var agent = Histories.Of();
        var beyond = ReadinessEvaluator.Evaluate(agent, Histories.Now, Settings("activity_freshness: 7\nonline_probability: -2"), []);
        var failing = () => ReadinessEvaluator.Evaluate(agent, Histories.Now, Settings("online_probability: 1 / 0"), []);

        beyond.Should().BeEquivalentTo(new { Freshness = 1.0, OnlineProbability = 0.0, Readiness = 0.5 });
        failing.Should().Throw<EvaluationException>().WithMessage("a finite number is needed, found Infinity (in `1 / 0` at 1)");
    }

    private static ReadinessSettings Settings(string text) => ReadinessSettings.Parse(text, "readiness.yml").Settings!;

    private static AgentWorkflow Rule(string key, string score, string more = "order: 999") =>
        new(key, Files.Sound($"key: {key}\nreadiness: {{ {more}, score: \"{score}\" }}\nsteps: [{{id: a, call: /x}}]\n").Readiness!);

    private static ReadinessEvaluation Evaluate(AgentActivity agent, params AgentWorkflow[] workflows) =>
        ReadinessEvaluator.Evaluate(agent, Histories.Now, ReadinessSettings.Default, workflows.Length > 0 ? workflows : Histories.Shipped);

    private static double? Score(ReadinessEvaluation evaluation, string type) => evaluation.Workflows.Single(one => one.Type == type).Score;
}
