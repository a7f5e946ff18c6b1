using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Execution;

/// <summary>Steps that contain others, choose among them, wait or end the run, in a real service.</summary>
public sealed class ControlFlowTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_condition_starts_one_side_and_skips_the_other()
    {
        var run = await _service.RunAsync("""
            key: chooses
            steps:
              - { id: fetch, type: transform, value: "{ quality: 0.9 }" }
              - { id: check, type: condition, condition: 'results["fetch"].quality > 0.8', true_step: good, false_step: bad, depends_on: [fetch] }
              - { id: good, type: transform, value: "'good'" }
              - { id: bad, type: transform, value: "'bad'" }
              - { id: after_bad, type: transform, value: 1, depends_on: [bad] }
              - { id: end, type: transform, value: "results.good ?? results.bad", depends_on: [good, bad] }
            """);

        run.Status.Should().Be("success");
        run.States.Should().Be("fetch success, check success, good success, bad skipped, after_bad skipped, end success");
        run["end"].Output.Should().Be("\"good\"");
    }

    [Test]
    public async Task A_template_runs_as_one_where_another_step_starts_it()
    {
        var run = await _service.RunAsync("""
            key: templates_inside
            templates:
              - template: sum
                parameters: { of: { required: true } }
                steps:
                  - { id: half, type: transform, value: params.of / 2 }
                  - { id: twice, type: transform, value: params.of * 2 }
                output: results.half + results.twice
            steps:
              - { id: pick, type: condition, condition: "false", true_step: never, false_step: always }
              - { id: never, uses: sum, with: { of: 1 } }
              - { id: always, uses: sum, with: { of: 2 } }
              - id: all
                type: for_each
                items: "[2, 4]"
                steps: [{ id: read, type: transform, value: item }, { id: add, uses: sum, with: { of: "{{ results.read }}" } }]
              - { id: first, type: race, steps: [{ id: quick, uses: sum, with: { of: 6 } }, { id: slow, type: delay, ms: 600000 }] }
              - { id: both, type: parallel, steps: [{ id: left, uses: sum, with: { of: 8 } }, { id: right, type: transform, value: 1 }] }
            """);

        run.Status.Should().Be("success", run.Row.Error);
        (run["all"].Output, run["first"].Output, run["both"].Output, run["always"].Output).Should().Be(
            ("[5, 10]", """{"result": 15, "winner": "quick"}""", """{"left": 20, "right": 1}""", "5"));
        new[] { "never_start", "never_half", "never_twice", "never" }.Select(step => run[step].Status).Should().AllBe("skipped");
    }

    [TestCase("when: false", "skipped")]
    [TestCase("on_failure: skip", "skipped")]
    [TestCase("on_failure: continue", "dead")]
    [TestCase("on_failure: { strategy: alternative, step: other }", "success")]
    public async Task A_condition_without_a_choice_starts_none_of_its_steps(string setting, string state)
    {
        var run = await _service.RunAsync($$"""
            key: no_choice
            steps:
              - { id: first, type: transform, value: 1 }
              - { id: check, type: condition, condition: inputs.a.b.c, true_step: yes_, false_step: no_, {{setting}} }
              - { id: yes_, type: transform, value: 1, depends_on: [first] }
              - { id: no_, type: transform, value: 1, depends_on: [first] }
              - { id: other, type: transform, value: 1, when: true }
            """);

        run.Status.Should().Be("success");
        run.States.Should().StartWith($"first success, check {state}, yes_ skipped, no_ skipped");
    }

    [Test]
    public async Task A_switch_takes_the_first_case_that_is_true()
    {
        var run = await _service.RunAsync("""
            key: switches
            variables: { n: 7 }
            steps:
              - id: size
                type: switch
                cases:
                  - { when: variables.n > 10, step: large }
                  - { when: variables.n > 5, step: medium }
                  - { when: variables.n > 1, step: small }
                default: none
              - { id: large, type: transform, value: 1 }
              - { id: medium, type: transform, value: 2 }
              - { id: small, type: transform, value: 3 }
              - { id: none, type: transform, value: 4 }
            """);

        run.Status.Should().Be("success");
        run.States.Should().Be("size success, large skipped, medium success, small skipped, none skipped");
    }

    [Test]
    public async Task Parallel_steps_run_and_their_results_are_joined()
    {
        var run = await _service.RunAsync("""
            key: side_by_side
            steps:
              - { id: both, type: parallel, steps: [a, b, c], maxConcurrency: 2 }
              - { id: a, type: transform, value: 1 }
              - { id: b, type: delay, ms: 20 }
              - { id: c, type: transform, value: 3 }
              - { id: after_c, type: transform, value: results.c + 1, depends_on: [c] }
              - { id: sum, type: transform, value: "results.both.a + results.after_c", depends_on: [both] }
            """);

        run.Status.Should().Be("success");
        run["sum"].Output.Should().Be("5");
    }

    [Test]
    public async Task A_loop_repeats_its_steps_while_its_condition_is_true()
    {
        var run = await _service.RunAsync("""
            key: loops
            variables: { n: 0 }
            steps:
              - id: count
                type: loop
                condition: variables.n < 5
                steps:
                  - { id: add, type: transform, value: variables.n + 1, set: { n: "{{ results.add }}" } }
                  - { id: square, type: transform, value: results.add * results.add }
              - { id: last, type: transform, value: "[results.count.iterations, results.square, variables.n]", depends_on: [count] }
            """);

        run.Status.Should().Be("success");
        run["last"].Output.Should().Be("[5, 25, 5]");
        run["count[4].square"].Status.Should().Be("success");
    }

    [Test]
    public async Task A_for_each_runs_its_steps_for_each_item_and_joins_the_results_in_order()
    {
        var run = await _service.RunAsync("""
            key: fans_out
            inputs: { list: { default: [3, 1, 2] } }
            steps:
              - id: process
                type: for_each
                items: inputs.list
                item: number
                maxConcurrency: 2
                steps:
                  - { id: wait, type: delay, ms: "{{ number * 10 }}" }
                  - { id: fetch, type: transform, value: "{ n: item, at: index }" }
              - { id: sum, type: transform, value: "results.process.map(one => one.n)", depends_on: [process] }
            """);

        run.Status.Should().Be("success");
        run["sum"].Output.Should().Be("[3, 1, 2]");
        run["process[2].fetch"].Output.Should().Be("""{"n": 2, "at": 2}""");
    }

    [Test]
    public async Task The_first_step_of_a_race_wins_and_the_others_are_cancelled()
    {
        var run = await _service.RunAsync("""
            key: races
            steps:
              - { id: race, type: race, steps: [slow, quick] }
              - { id: slow, type: delay, ms: 600000 }
              - { id: quick, type: delay, ms: 20 }
            """);

        run.Status.Should().Be("success");
        run.Output.Should().Contain("\"winner\":\"quick\"");
        run["slow"].Should().Match<TestStep>(step => step.Status == "cancelled" && step.HangfireState == "Deleted" && step.Timers == 0);
    }

    [Test]
    public async Task A_failure_inside_of_a_step_comes_up_and_its_siblings_are_cancelled()
    {
        var run = await _service.RunAsync("""
            key: comes_up
            steps:
              - { id: both, type: parallel, steps: [bad, slow] }
              - { id: bad, type: transform, value: results.none.a.b, when: true }
              - { id: slow, type: delay, ms: 600000 }
              - { id: after, type: transform, value: 1, depends_on: [both] }
            """.Replace("results.none.a.b", "inputs.a.b.c"));

        run.Status.Should().Be("failed");
        ((string)run.Error["step_id"]!).Should().Be("both");
        ((string)run.Error["message"]!).Should().StartWith("bad: ");
        run.States.Should().Be("both dead, after cancelled, bad dead, slow cancelled");
    }

    [Test]
    public async Task What_fails_goes_on_as_its_policy_says()
    {
        var run = await _service.RunAsync("""
            key: policies
            steps:
              - { id: skipped, type: transform, value: inputs.a.b.c, on_failure: skip }
              - { id: continued, type: transform, value: inputs.a.b.c, on_failure: continue }
              - { id: replaced, type: transform, value: inputs.a.b.c, on_failure: { strategy: alternative, step: backup } }
              - { id: backup, type: transform, value: "{ from: error.step_id }" }
              - { id: all, type: transform, value: "[results.skipped.skipped, results.continued.error != null, results.replaced.from]", depends_on: [skipped, continued, replaced] }
            """);

        run.Status.Should().Be("success");
        run["all"].Output.Should().Be("""[true, true, "replaced"]""");
        run.States.Should().Be("skipped skipped, continued dead, replaced success, all success, backup success");
    }

    [Test]
    public async Task What_fails_right_after_another_step_goes_on_as_its_policy_says()
    {
        var run = await _service.RunAsync("""
            key: policies_ahead
            steps:
              - { id: start, type: transform, value: 1 }
              - { id: skipped, type: transform, value: inputs.a.b.c, on_failure: skip, depends_on: [start] }
              - { id: continued, type: transform, value: inputs.a.b.c, on_failure: continue, depends_on: [start] }
              - { id: replaced, type: transform, value: inputs.a.b.c, on_failure: { strategy: alternative, step: backup }, depends_on: [start] }
              - { id: backup, type: transform, value: "{ from: error.step_id }" }
              - { id: all, type: transform, value: results.replaced.from, depends_on: [skipped, continued, replaced] }
            """);

        run.Status.Should().Be("success");
        run["all"].Output.Should().Be("\"replaced\"");
        run.States.Should().Be("start success, skipped skipped, continued dead, replaced success, all success, backup success");
    }

    [Test]
    public async Task Joins_take_the_first_or_all_that_are_done()
    {
        var run = await _service.RunAsync("""
            key: joins
            steps:
              - { id: quick, type: transform, value: 1 }
              - { id: slow, type: delay, ms: 600000 }
              - { id: bad, type: transform, value: inputs.a.b.c }
              - { id: first, type: transform, value: 2, depends_on: [quick, slow], join: { need: 1, rest: cancel } }
              - { id: clean, type: transform, value: 3, depends_on: [bad, first], join: all_done }
              - { id: never, type: transform, value: 4, depends_on: [bad] }
            """);

        run.Status.Should().Be("failed");
        run.States.Should().Be("quick success, slow cancelled, bad dead, first success, clean success, never skipped");
    }

    [TestCase("succeed", "success", TestName = "Succeed_ends_the_run_at_once")]
    [TestCase("fail", "failed", TestName = "Fail_ends_the_run_at_once")]
    public async Task A_step_ends_the_run_at_once(string type, string status)
    {
        var run = await _service.RunAsync($$$"""
            key: ends_{{{type}}}
            steps:
              - { id: slow, type: delay, ms: 600000 }
              - id: items
                type: for_each
                items: "[1, 2]"
                steps: [{ id: stop, type: {{{type}}}{{{(type == "succeed" ? ", output: \"'done'\"" : ", message: 'no {{ item }}'")}}} }]
            """);

        run.Status.Should().Be(status);
        run["slow"].Status.Should().Be("cancelled");
        if (status == "success")
        {
            run.Output.Should().Be("\"done\"");
        }
        else
        {
            ((string)run.Error["message"]!).Should().StartWith("no ");
        }
    }

    [Test]
    public async Task A_step_cancels_others()
    {
        var run = await _service.RunAsync("""
            key: cancels
            steps:
              - { id: slow, type: delay, ms: 600000, scope: region }
              - { id: stop, type: cancel, scope: region }
              - { id: after, type: transform, value: 1, depends_on: [slow] }
              - { id: either, type: transform, value: 2, depends_on: [slow, stop] }
            """);

        run.Status.Should().Be("success");
        run.States.Should().Be("slow cancelled, stop success, after skipped, either success");
    }

    [Test]
    public async Task A_cancel_reaches_what_others_contain()
    {
        var run = await _service.RunAsync("""
            key: cancels_inside
            steps:
              - id: sides
                type: parallel
                steps: [{ id: left, type: delay, ms: 600000, scope: region }, { id: right, type: transform, value: 1 }]
              - id: each
                type: for_each
                items: "[1, 2]"
                steps:
                  - { id: slow, type: delay, ms: 600000, scope: region }
              - id: own
                type: for_each
                items: "[1, 600000]"
                step: { id: pair, type: parallel, steps: [{ id: short, type: delay, ms: item }, { id: long, type: delay, ms: 600000 }, { id: end, type: cancel, step: long, depends_on: [short] }] }
                complete_when: 1
              - { id: begun, type: delay, ms: 100 }
              - { id: stop, type: cancel, scope: region, depends_on: [begun] }
            """);

        run.Status.Should().Be("success", run.Row.Error);
        run.States.Should().Contain("left cancelled").And.Contain("each[0].slow cancelled").And.Contain("each[1].slow cancelled").And.Contain("right success");
        run.States.Should().Contain("own[0].long cancelled").And.Contain("own[1].short cancelled");
    }
}
