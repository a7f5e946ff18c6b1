using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Agents;

/// <summary>Few agent tasks are under way at a time, and those that wait hold no worker.</summary>
[TestFixture]
internal sealed class AgentConcurrencyTests : AgentTaskTestBase
{
    private const int Runs = 25;

    [Test]
    public async Task Others_wait_in_their_queue_while_other_steps_go_on()
    {
        using var answers = new SemaphoreSlim(0);
        var (open, most) = (0, 0);
        Service.Target.On("/agents", async (http, _) =>
        {
            lock (answers)
            {
                most = Math.Max(most, ++open);
            }

            await answers.WaitAsync(http.RequestAborted);
            lock (answers)
            {
                open--;
            }

            await TargetServer.JsonAsync(http, 200, """{"result": 1}""");
        });
        var ids = new List<RunId>();
        for (var i = 0; i < Runs; i++)
        {
            ids.Add(await Service.StartRunAsync("{ key: many, steps: [{ id: think, type: agent-task, goal: g, agent_type: executor }] }"));
        }

        await Service.Target.SeenAsync(2).WaitAsync(TimeSpan.FromMinutes(1));
        var other = await Service.RunAsync("{ key: other, steps: [{ id: call, url: '" + new Uri(Service.Target.Address, "/other") + "' }] }");
        var waiting = await Service.Database.ScalarAsync<long>("select count(*) from job_queue where step_id = 'think' and status = 'queued'");
        answers.Release(Runs);
        foreach (var id in ids)
        {
            (await Service.EndAsync(id)).Status.Should().Be("success");
        }

        other.Status.Should().Be("success", "more steps wait than the service has workers, and hold none");
        waiting.Should().Be(Runs - 2);
        most.Should().Be(2);
    }
}
