using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Recording;

/// <summary>Two services record outcomes of the same run at the same moment.</summary>
[TestFixture]
internal sealed class ConcurrentRecordingTests
{
    private const int Calls = 60;

    [Test]
    public async Task Outcomes_that_meet_are_each_counted_once()
    {
        await using var one = await TestService.StartAsync();
        await using var two = await one.StartAnotherAsync();
        using var all = new CountdownEvent(20);
        using var gate = new SemaphoreSlim(0);
        one.Target.Answer = async (http, _) =>
        {
            // The first twenty are held until there are so many, over both services, and answered together.
            if (!all.IsSet && all.Signal())
            {
                gate.Release(Calls);
            }

            await gate.WaitAsync(http.RequestAborted);
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
            gate.Release();
        };
        var steps = string.Join('\n', Enumerable.Range(0, Calls).Select(n => $"  - {{ id: c{n}, call: /c{n} }}"));
        var run = await one.RunAsync($$"""
            key: meet
            steps:
            {{steps}}
              - { id: join, type: transform, value: 1, depends_on: [{{string.Join(", ", Enumerable.Range(0, Calls).Select(n => "c" + n))}}] }
              - { id: last, call: /last, depends_on: [join] }
            """);

        run.Status.Should().Be("success");
        run.Steps.Values.Should().OnlyContain(step => step.Status == "success" && step.Attempts == 1 && step.Lost == 0);
        run["join"].Present.Should().Be(Calls);
        one.Target.RequestsTo("/last").Should().ContainSingle();
        one.Log.Warnings.Concat(two.Log.Warnings).Should().BeEmpty();
    }
}
