using Hangfire;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Dashboard;

/// <summary>A storage of its own and a dashboard on it for each test.</summary>
internal abstract class DashboardFixture : HangfireFixture
{
    private TestDashboard? dashboard;

    protected TestDashboard Dashboard => dashboard!;

    /// <summary>How the test's dashboard is set up.</summary>
    protected virtual DashboardOptions Options => new();

    [SetUp]
    public async Task StartDashboardAsync() => dashboard = await TestDashboard.StartAsync(Storage, Options);

    [TearDown]
    public async Task StopDashboardAsync()
    {
        if (dashboard is not null) await dashboard.DisposeAsync();
    }

    /// <summary>Jobs that are in a state without a server having put them there.</summary>
    protected string Failed(string message = "boom", string key = "failed")
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.FailOnce(key));
        Client.ChangeState(id!, new global::Hangfire.States.FailedState(new InvalidOperationException(message)));
        return id!;
    }
}
