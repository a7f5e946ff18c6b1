using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary><c>rate_limit</c>, <c>defaults.rate_limit</c> and <c>exclusive</c> as a file gives them.</summary>
[TestFixture]
internal sealed class AdmissionParsingTests
{
    [Test]
    public void A_limit_is_the_steps_own_or_that_of_the_defaults()
    {
        var steps = Read("""
            key: k
            defaults: {rateLimit: {key: shared, capacity: 5, refill_rate: 0.5}}
            steps:
              - {id: a, call: /x}
              - {id: b, call: /x, config: {rate_limit: {key: 'b:{{ results.a.n }}', capacity: 1.5, refillPerSecond: 20}}, depends_on: [a]}
            """);

        (steps[0].RateLimit!.Capacity, steps[0].RateLimit!.RefillPerSecond, steps[0].RateLimit!.Key.IsConstant).Should().Be((5, 0.5, true));
        (steps[1].RateLimit!.Capacity, steps[1].RateLimit!.RefillPerSecond).Should().Be((1.5, 20));
        steps[1].Reads.Should().Equal(0);
        steps.Should().OnlyContain(step => step.IsLimited && step.Exclusive == null);
    }

    [TestCase("ledger", false)]
    [TestCase("run:ledger", true)]
    [TestCase("'run:{{ inputs.account }}'", true)]
    [TestCase("'{{ \"run:x\" }}'", false)]
    public void A_lock_is_of_the_run_where_the_file_says_so(string name, bool ofRun) =>
        Read($"key: k\nsteps: [{{id: a, call: /x, exclusive: {name}}}]\n")[0].Exclusive!.OfRun.Should().Be(ofRun);

    [Test]
    public void What_names_read_is_read() => Read("""
        key: k
        steps:
          - {id: a, call: /x}
          - {id: b, type: transform, value: 1, exclusive: 'l{{ results.a.n }}', depends_on: [a]}
          - {id: c, type: transform, value: 1, rate_limit: {key: '{{ hash(results) }}', capacity: 1, refill_per_second: 1}, depends_on: [a, b]}
        """).Select(step => string.Join(',', step.Reads)).Should().Equal("", "0", "0,1");

    [Test]
    public void Without_them_a_step_is_not_limited() => Read("key: k\nsteps: [{id: a, call: /x}]\n")[0].IsLimited.Should().BeFalse();

    private static IReadOnlyList<StepDefinition> Read(string yaml)
    {
        var parsed = WorkflowParser.Parse(yaml, "test");
        parsed.Diagnostics.Should().BeEmpty();
        return parsed.Definition!.Steps;
    }
}
