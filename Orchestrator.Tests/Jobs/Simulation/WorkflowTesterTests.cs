using Orchestrator.Jobs.Simulation;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.Testing;

namespace Orchestrator.Tests.Jobs.Simulation;

/// <summary>Tests beside workflows: their own time, their mocks, and what they say when something is otherwise.</summary>
public sealed class WorkflowTesterTests
{
    [Test]
    public async Task Seven_days_take_no_time() => (await TestAsync(
        """
        key: k
        steps:
          - { id: ask, call: /ask }
          - { id: wait, type: delay, ms: 604800000, depends_on: [ask] }
          - { id: remind, call: /remind, body: { said: "{{ results.ask.said }}", at: "{{ now() }}" }, depends_on: [wait] }
        """,
        """
        start: "2026-03-01T08:00:00Z"
        mocks: { ask: { result: { said: hello } }, remind: { result: done } }
        expect:
          status: success
          output: done
          duration_ms: 604800000
          order: [ask, wait, remind]
          inputs: { remind: { call: /remind, body: { said: hello, at: "2026-03-08T08:00:00.000Z" } } }
        """)).Should().BeEmpty();

    [Test]
    public async Task Ten_thousand_passes_are_no_more_than_ten_times_a_thousand() => (await TestAsync(
        "{ key: k, steps: [{ id: passes, type: loop, max_iterations: 10000, steps: [{ id: a, type: transform, value: iteration }] }] }",
        "expect: { status: success, output: { iterations: 10000, result: 9999 } }")).Should().BeEmpty();

    [Test]
    public async Task Everything_that_contains_steps_runs_as_in_a_service() => (await TestAsync(
        """
        key: k
        variables: { n: 0 }
        steps:
          - id: each
            type: for_each
            items: "[3, 1]"
            maxConcurrency: 1
            steps: [{ id: fetch, url: "https://example.com/{{ item }}" }, { id: twice, type: transform, value: results.fetch * 2 }]
          - id: count
            type: loop
            condition: variables.n < 3
            steps: [{ id: add, type: transform, value: variables.n + 1, set: { n: "{{ results.add }}" } }]
            depends_on: [each]
          - { id: check, type: condition, condition: "variables.n == 3", true_step: good, false_step: bad, depends_on: [count] }
          - { id: good, type: race, steps: [slow, quick] }
          - { id: bad, type: fail }
          - { id: slow, type: delay, ms: 5000 }
          - { id: quick, type: delay, ms: 50 }
        output: "[results.each, results.good.winner]"
        """,
        """
        mocks: { fetch: { result: 7, after_ms: 100 }, "each[1].fetch": { result: 9, after_ms: 10 } }
        expect:
          status: success
          output: [[14, 18], quick]
          variables: { n: 3 }
          steps: { bad: skipped, slow: cancelled, "count[2].add": success }
          duration_ms: 160
        """)).Should().BeEmpty();

    [Test]
    public async Task Failures_follow_the_policies_of_the_file() => (await TestAsync(
        """
        key: k
        steps:
          - { id: a, call: /a, retry: { max_attempts: 3, delay_ms: 1000, jitter: false }, on_failure: { strategy: alternative, step: b } }
          - { id: b, call: /b, timeout_ms: 500, retries: 0 }
        """,
        """
        mocks: { a: { status: 500 }, b: { result: late, after_ms: 501 } }
        expect: { status: failed, error: "No end within 500 ms", attempts: { a: 4, b: 1 }, steps: { a: dead, b: dead }, duration_ms: 3500 }
        """)).Should().BeEmpty();

    [Test]
    public async Task A_run_that_waits_for_a_decision_ends_there() => (await TestAsync(
        """
        key: k
        steps:
          - { id: p, type: parallel, steps: [a, b] }
          - { id: a, call: /a, on_failure: escalate }
          - { id: b, type: delay, ms: 1000 }
          - { id: last, type: transform, value: 1, depends_on: [p] }
        """,
        """
        mocks: { a: { status: 400 } }
        expect: { status: paused, error: "Step 'a' waits for a decision", steps: { a: waiting, last: waiting } }
        """)).Should().BeEmpty();

    [Test]
    public async Task What_is_otherwise_than_expected_is_said() => (await TestAsync(
        "{ key: k, steps: [{ id: a, call: /a }, { id: b, type: transform, value: 1, depends_on: [a] }] }",
        """
        mocks: { a: { result: { n: 1 } } }
        expect: { status: failed, output: 2, order: [b, a], steps: { b: dead, c: success }, attempts: { a: 2 }, inputs: { a: { call: /b } }, results: { a: { n: 2 } } }
        """)).Should().BeEquivalentTo(
        [
            "the run is success, not failed",
            "the run's output is 1, not 2",
            "the result of step `a` is {\"n\":1}, not {\"n\":2}",
            "what step `a` got is {\"call\":\"/a\"}, not {\"call\":\"/b\"}",
            "step `b` is success, not dead",
            "step `c` is not there, not success",
            "step `a` made 1 attempts, not 2",
            "the steps began in the order a, b; that is not b, a",
        ]);

    [Test]
    public async Task A_step_without_a_mock_fails_the_test_and_a_mock_without_a_step_too()
    {
        (await TestAsync("{ key: k, steps: [{ id: a, call: /a }] }", "expect: { status: success }")).Should()
            .ContainSingle().Which.Should().Contain("Step 'a' was started, and there is no mock for it.");
        (await TestAsync("{ key: k, steps: [{ id: a, call: /a }] }", "mocks: { b: { result: 1 } }")).Should().Equal("mocks: there is no step `b`");
    }

    [TestCase("workflow: k\ntests: [{ expect: { status: done } }]", "`done` is no end of a run")]
    [TestCase("workflow: k", "there are no `tests`")]
    [TestCase("tests: [{ expect: {} }]", "`workflow` is missing")]
    [TestCase("workflow: k\ntests: [{ mocks: { a: { resultt: 1 } } }]", "unknown field `resultt`")]
    [TestCase("workflow: k\ntests: [{ start: soon }]", "expected a time")]
    public void What_is_wrong_with_a_file_is_reported(string text, string fragment)
    {
        var (file, diagnostics) = WorkflowTestFile.Parse(text, "k.test.yml");

        file.Should().BeNull();
        diagnostics.Should().ContainSingle().Which.ToString().Should().Contain(fragment);
    }

    private static async Task<IReadOnlyList<string>> TestAsync(string workflow, string test)
    {
        var parsed = WorkflowParser.Parse(workflow, "k.yml");
        parsed.Diagnostics.Should().BeEmpty();
        var indented = string.Join('\n', test.Split('\n').Select(line => "    " + line));
        var (file, diagnostics) = WorkflowTestFile.Parse($"workflow: k\ntests:\n  - name: it\n{indented}\n", "k.test.yml");
        diagnostics.Should().BeEmpty();
        return (await WorkflowTester.RunAsync(parsed.Definition!, file!.Tests.Single(), CancellationToken.None)).Problems;
    }
}
