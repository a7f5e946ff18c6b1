using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Workflows.Expressions;

/// <summary>Dates, the time and ids: what Node can't say, because it comes from the scope or differs on purpose.</summary>
internal sealed class DateTests
{
    private static readonly DateTime Time = new DateTime(2026, 11, 21, 6, 19, 24, 123, DateTimeKind.Utc).AddTicks(4567);

    [TestCase("now()", "\"2026-11-21T06:19:24.123Z\"")]
    [TestCase("new Date()", "\"2026-11-21T06:19:24.123Z\"")]
    [TestCase("Date.now() === now().getTime() && new Date() - now() === 0", "true")]
    [TestCase("now().getHours()", "6")]
    [TestCase("`at ${now()}` + now()", "\"at 2026-11-21T06:19:24.123Z2026-11-21T06:19:24.123Z\"")]
    [TestCase("new Date(now().getTime() + 86400000).toISOString().slice(0, 10)", "\"2026-11-22\"")]
    [TestCase("now() === new Date('2026-11-21T06:19:24.123Z')", "true")]
    [TestCase("[new Date(NaN)]", "[null]")]
    [TestCase("'' + new Date('soon')", "\"Invalid Date\"")]
    [TestCase("{ at: now() }.at.getUTCDay()", "6")]
    public void The_time_is_that_of_the_scope(string expression, string json) => Evaluate(expression).ToJson().Should().Be(json);

    [TestCase("now()", "there is no time here")]
    [TestCase("uuid()", "there are no ids here")]
    [TestCase("new Date(NaN).toISOString()", "the date is invalid")]
    public void What_is_not_there_is_an_error(string expression, string problem) =>
        FluentActions.Invoking(() => Expression.Parse(expression).Evaluate(Scope.Empty)).Should().Throw<EvaluationException>()
            .Which.Problem.Should().Be(problem);

    [Test]
    public void A_date_is_stored_as_its_text()
    {
        var value = Evaluate("({ at: now(), list: [undefined, NaN], none: undefined })");

        value.AsStored().Should().Be(Value.Parse(value.ToJson()));
        value.AsStored()["at"].Should().Be(Value.Of("2026-11-21T06:19:24.123Z"));
        Evaluate("({ a: [1, 'x', { b: null }] })").IsPlain.Should().BeTrue();
    }

    [Test]
    public void An_id_made_from_a_name_is_always_the_same()
    {
        StableId.Of("a").Should().Be(StableId.Of("a")).And.NotBe(StableId.Of("b"));
        StableId.Of("a").ToString().Should().MatchRegex("^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
    }

    private static Value Evaluate(string expression) => Expression.Parse(expression).Evaluate(new Scope { Now = Time });
}
