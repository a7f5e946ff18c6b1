using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;
using StepBody = Orchestrator.Workflows.Definitions.StepBody;

namespace Orchestrator.Tests.Workflows.Planning;

/// <summary>Every branch of the planner, on graphs small enough to see.</summary>
public sealed class PlannerTests
{
    private static readonly StepGraph Chain = StepGraph.Create(3, [new(0, 1), new(1, 2)]);
    private static readonly StepGraph Diamond = StepGraph.Create(4, [new(0, 1), new(0, 2), new(1, 3), new(2, 3)]);

    [Test]
    public void A_step_that_succeeds_makes_its_only_child_ready()
    {
        var decisions = Planner.Plan(Chain, Run(3, (0, StepState.Running, 0, 0), (1, StepState.Waiting, 1, 0)), [new StepSucceeded(0)]);

        decisions.Ready.Should().Equal(new StepCount(1, 0, 1));
        decisions.Ended.Should().Equal(new StepEnd(0, StepState.Success, 0, 0));
        decisions.OpenSteps.Should().Be(2);
        decisions.End.Should().BeNull();
    }

    [TestCase(null, true)]
    [TestCase(2, false)]
    public void What_is_only_listed_after_a_skipped_step_starts_unless_its_body_has_failed(int? dead, bool starts)
    {
        // Step 0 contains 1 and 2; 2 is listed after 1.
        var graph = StepGraph.Create(3, [new(1, 2)]);
        var blueprint = new Blueprint(
            graph, [StepBody.Of([0], graph), StepBody.Of([1, 2], graph, 0)], [StepRule.Default, StepRule.Default, StepRule.Default with { IsInOrder = true }]);
        StepPlace Place(int step) => StepPlace.Under(0, null, 0, step);
        var run = new RunSnapshot
        {
            State = RunState.Running,
            OpenSteps = 1,
            NextNumber = 5,
            Steps = new Dictionary<int, StepSnapshot>
            {
                [0] = new(StepState.Waiting, 0, 0) { HasBegun = true },
                [3] = new(StepState.Running, 0, 0, Place(1)),
                [4] = new(StepState.Waiting, 1, 0, Place(2)),
            },
            Blocks = new Dictionary<BlockKey, BlockSnapshot> { [new(0, 0)] = new(2, true, dead) },
            Owners = new Dictionary<int, OwnerSnapshot> { [0] = new() { Opened = 1, Wake = new Wake(1) } },
        };
        var decisions = Planner.Plan(blueprint, run, [new StepSkipped(3)]);

        decisions.Ready.Select(count => count.Step).Should().Equal(starts ? 4 : 0);
        decisions.Ended.Select(end => end.Step).Should().Equal(starts ? [3] : [3, 4]);
    }

    [Test]
    public void A_join_waits_for_its_last_parent()
    {
        var first = Planner.Plan(Diamond, Run(3, (1, StepState.Running, 0, 1), (3, StepState.Waiting, 2, 0)), [new StepSucceeded(1)]);
        var last = Planner.Plan(Diamond, Run(2, (2, StepState.Running, 0, 1), (3, StepState.Waiting, 1, 1)), [new StepSucceeded(2)]);

        first.Ready.Should().BeEmpty();
        first.Counted.Should().Equal(new StepCount(3, 1, 1));
        last.Ready.Should().Equal(new StepCount(3, 0, 2));
    }

    [Test]
    public void Both_parents_in_one_go_make_the_join_ready_once()
    {
        var decisions = Planner.Plan(
            Diamond,
            Run(3, (1, StepState.Running, 0, 1), (2, StepState.Running, 0, 1), (3, StepState.Waiting, 2, 0)),
            [new StepSucceeded(1), new StepSucceeded(2)]);

        decisions.Ready.Should().Equal(new StepCount(3, 0, 2));
        decisions.Counted.Should().BeEmpty();
    }

    [Test]
    public void A_step_one_of_whose_dependencies_is_absent_starts_still()
    {
        var decisions = Planner.Plan(
            Diamond,
            Run(3, (1, StepState.Running, 0, 1), (2, StepState.Running, 0, 1), (3, StepState.Waiting, 2, 0)),
            [new StepSkipped(1), new StepSucceeded(2)]);

        decisions.Ready.Should().Equal(new StepCount(3, 0, 1));
    }

    [Test]
    public void Skips_run_on_through_steps_all_of_whose_dependencies_are_absent()
    {
        var decisions = Planner.Plan(
            Chain,
            Run(3, (0, StepState.Running, 0, 0), (1, StepState.Waiting, 1, 0), (2, StepState.Waiting, 1, 0)),
            [new StepSkipped(0)]);

        decisions.Ended.Select(end => (end.Step, end.State)).Should().Equal(
            (0, StepState.Skipped), (1, StepState.Skipped), (2, StepState.Skipped));
        decisions.End.Should().Be(new RunEnd(RunState.Success));
    }

    [Test]
    public void A_skip_that_reaches_beyond_the_snapshot_asks_for_what_it_lacks()
    {
        var decisions = Planner.Plan(Chain, Run(3, (0, StepState.Running, 0, 0), (1, StepState.Waiting, 1, 0)), [new StepSkipped(0)]);

        decisions.Missing.Should().Equal(2);
    }

    [Test]
    public void A_dead_step_ends_the_run_and_nothing_follows()
    {
        var decisions = Planner.Plan(
            Diamond,
            Run(3, (1, StepState.Running, 0, 1), (2, StepState.Running, 0, 1), (3, StepState.Waiting, 2, 0)),
            [new StepDied(1, "no"), new StepSucceeded(2)]);

        decisions.End.Should().Be(new RunEnd(RunState.Failed, 1, "no"));
        decisions.Ended.Select(end => end.State).Should().Equal(StepState.Dead, StepState.Success);
        decisions.Ready.Should().BeEmpty();
        decisions.Counted.Should().BeEmpty();
    }

    [Test]
    public void Of_a_run_that_has_ended_the_news_is_written_down_only()
    {
        var decisions = Planner.Plan(
            Chain,
            Run(1, (0, StepState.Running, 0, 0), (1, StepState.Cancelled, 1, 0)) with { State = RunState.Failed },
            [new StepStopped(0)]);

        decisions.Ended.Single().State.Should().Be(StepState.Cancelled);
        decisions.End.Should().BeNull();
        decisions.Ready.Should().BeEmpty();
    }

    [Test]
    public void News_that_comes_twice_counts_once()
    {
        var decisions = Planner.Plan(
            Diamond,
            Run(3, (1, StepState.Running, 0, 1), (3, StepState.Waiting, 2, 0)),
            [new StepSucceeded(1), new StepSucceeded(1)]);

        decisions.Ended.Should().HaveCount(1);
        decisions.Counted.Should().Equal(new StepCount(3, 1, 1));
        decisions.OpenSteps.Should().Be(2);
    }

    [Test]
    public void News_of_a_step_that_has_ended_changes_nothing()
    {
        var decisions = Planner.Plan(Chain, Run(2, (0, StepState.Success, 0, 0), (1, StepState.Running, 0, 1)), [new StepSucceeded(0)]);

        decisions.Ended.Should().BeEmpty();
        decisions.Ready.Should().BeEmpty();
        decisions.OpenSteps.Should().Be(2);
    }

    [Test]
    public void A_chain_that_was_evaluated_ahead_ends_in_one_plan()
    {
        var decisions = Planner.Plan(
            Chain,
            Run(3, (0, StepState.Running, 0, 0), (1, StepState.Waiting, 1, 0), (2, StepState.Waiting, 1, 0)),
            [new StepSucceeded(0), new StepSucceeded(1), new StepSucceeded(2)]);

        decisions.Ready.Should().BeEmpty();
        decisions.End.Should().Be(new RunEnd(RunState.Success));
        decisions.OpenSteps.Should().Be(0);
    }

    [Test]
    public void A_step_that_died_ahead_of_its_turn_counts_only_if_that_comes()
    {
        var run = Run(2, (0, StepState.Cancelled, 0, 0), (1, StepState.Waiting, 1, 0));

        Planner.Plan(Chain, run, [new StepSucceeded(0), new StepDied(1, "ahead") { IsAhead = true }]).Should().Match<Decisions>(
            decisions => decisions.End == null && decisions.Ended.Count == 0);
        Planner.Plan(Chain, run, [new StepDied(1, "deleted")]).End.Should().Be(new RunEnd(RunState.Failed, 1, "deleted"));
    }

    private static RunSnapshot Run(int open, params (int Step, StepState State, int Pending, int Present)[] steps) => new()
    {
        State = RunState.Running,
        OpenSteps = open,
        Steps = steps.ToDictionary(step => step.Step, step => new StepSnapshot(step.State, step.Pending, step.Present)),
    };
}
