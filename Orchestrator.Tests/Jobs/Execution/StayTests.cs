using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Tests.Jobs.Execution;

[TestFixture]
internal sealed class StayTests
{
    private readonly ManualTime _time = new();

    [Test]
    public void Goes_on_until_enough_steps_were_performed_or_the_time_is_over()
    {
        var stay = Stay(new StayLimits { MaxPerformed = 2 });
        stay.MayGoOn.Should().BeTrue();

        stay.Add(Ended(stay, "a", isClaimed: true));
        stay.MayGoOn.Should().BeTrue();
        stay.Add(Ended(stay, "b", isClaimed: true));
        stay.MayGoOn.Should().BeFalse();

        var slow = Stay(new StayLimits());
        _time.Advance(new StayLimits().MaxTime);
        slow.MayGoOn.Should().BeFalse();
    }

    [Test]
    public void Evaluates_ahead_only_what_all_parents_of_have_ended_here()
    {
        var stay = Stay(new StayLimits());
        stay.Add(Ended(stay, "a", isClaimed: true));
        stay.NextToEvaluate().Should().BeNull("the join waits for b too");

        stay.Add(Ended(stay, "b", isClaimed: true));
        stay.NextToEvaluate().Should().Be(((int, StepPlace?)?)(2, null));
        stay.NextToEvaluate().Should().BeNull();
    }

    [Test]
    public void Does_not_evaluate_what_is_skipped_for_want_of_parents_nor_what_has_an_effect()
    {
        var stay = Stay(new StayLimits());
        stay.Add(Ended(stay, "a", isClaimed: true) with { Verdict = new VerdictSkip() });
        stay.Add(Ended(stay, "b", isClaimed: true) with { Verdict = new VerdictSkip() });
        stay.NextToEvaluate().Should().BeNull();

        var calling = Stay(new StayLimits());
        calling.Add(Ended(calling, "join", isClaimed: true));
        calling.NextToEvaluate().Should().BeNull("call has an effect");
    }

    [Test]
    public void Hands_each_record_over_once()
    {
        var stay = Stay(new StayLimits());
        stay.Add(Ended(stay, "a", isClaimed: true));

        stay.TakeUnwritten().Should().ContainSingle();
        stay.TakeUnwritten().Should().BeEmpty();
    }

    private Stay Stay(StayLimits limits)
    {
        var definition = WorkflowParser.Parse("""
            key: stay
            steps:
              - { id: a, type: transform, value: 1 }
              - { id: b, type: transform, value: 1 }
              - { id: join, type: transform, value: 1, depends_on: [a, b] }
              - { id: call, call: /call, depends_on: [join] }
            """, "test").Definition!;
        var run = new RunInfo
        {
            Tenant = "default",
            Id = RunId.New(DateTimeOffset.UnixEpoch),
            WorkflowKey = "stay",
            WorkflowVersion = 1,
            Trigger = "api",
            CreatedAt = DateTime.UnixEpoch,
        };
        return new Stay(new LoadedWorkflow(definition, 1), new RunMemory(run), _time, limits);
    }

    private static StepRecord Ended(Stay stay, string id, bool isClaimed)
    {
        var index = stay.Workflow.Definition.Steps.Single(step => step.Id == id).Index;
        return new StepRecord
        {
            Step = index,
            Job = stay.Memory.Run.Id.Job(index),
            Attempt = 1,
            IsClaimed = isClaimed,
            StartedAt = DateTime.UnixEpoch,
            FinishedAt = DateTime.UnixEpoch,
            Verdict = new VerdictSuccess(Value.Null, Value.Undefined, null),
        };
    }
}
