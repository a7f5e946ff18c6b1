using Hangfire;
using Hangfire.States;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Client;

/// <summary>The static members work on <see cref="JobStorage.Current"/>, which is the process's: nothing else runs meanwhile.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class StaticApiTests : HangfireFixture
{
    private static readonly string Marker = Guid.NewGuid().ToString();

    [SetUp]
    public void BeCurrent() => JobStorage.Current = Storage;

    [Test]
    public async Task JobsAreMadeMovedAndPerformed()
    {
        var scheduled = BackgroundJob.Schedule<TestJobs>(jobs => jobs.Touch(Marker), TimeSpan.FromHours(1))!;
        var later = BackgroundJob.Schedule(() => TouchStatic(Marker), DateTimeOffset.UtcNow.AddHours(1))!;
        var queued = BackgroundJob.Enqueue<TestJobs>("critical", jobs => jobs.Add(1, 1))!;
        var child = BackgroundJob.ContinueJobWith<TestJobs>(queued, jobs => jobs.Add(2, 2))!;
        var deleted = BackgroundJob.Enqueue(() => TouchStatic("never"))!;
        BackgroundJob.Delete(deleted).Should().BeTrue();
        BackgroundJob.Delete(deleted, EnqueuedState.StateName).Should().BeFalse("it is in another state");
        BackgroundJob.Requeue(scheduled).Should().BeTrue();
        BackgroundJob.Reschedule(later, TimeSpan.Zero).Should().BeTrue();
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { Queues = ["critical", "default"] });
        foreach (var id in new[] { scheduled, later, queued, child }) await UntilStateAsync(id, "Succeeded");
        StateOf(deleted).Should().Be("Deleted");
    }

    [Test]
    public async Task RecurringJobsAreAddedTriggeredAndRemoved()
    {
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        RecurringJob.AddOrUpdate<TestJobs>("new", "critical", jobs => jobs.Add(1, 1), Cron.Daily(7), new RecurringJobOptions { TimeZone = berlin });
#pragma warning disable CS0618 // The forms of before 1.8, which are still everywhere.
        RecurringJob.AddOrUpdate<TestJobs>("old", jobs => jobs.Add(1, 1), Cron.Daily(7), berlin, "critical");
        RecurringJob.AddOrUpdate(() => TouchStatic("x"), Cron.Never());
        new RecurringJobManager(Storage).AddOrUpdate<TestJobs>("manager", jobs => jobs.Add(1, 1), Cron.Minutely, berlin);
        RecurringJob.Trigger("old");
#pragma warning restore CS0618
        var shown = Shown();
        shown.Keys.Should().BeEquivalentTo("new", "old", "manager", "StaticApiTests.TouchStatic");
        foreach (var id in new[] { "new", "old" }) (shown[id].Queue, shown[id].TimeZoneId, shown[id].Cron).Should().Be(("critical", "Europe/Berlin", "0 7 * * *"));
        shown["manager"].Cron.Should().Be("* * * * *");
        shown["StaticApiTests.TouchStatic"].NextExecution.Should().BeNull();
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { Queues = ["critical", "default"] });
        await UntilStateAsync(shown["old"].LastJobId!, "Succeeded");
        await UntilStateAsync(RecurringJob.TriggerJob("new")!, "Succeeded");
        RecurringJob.RemoveIfExists("new");
        Shown().Keys.Should().NotContain("new");

        Dictionary<string, global::Hangfire.Storage.RecurringJobDto> Shown()
        {
            using var connection = JobStorage.Current.GetConnection();
            return global::Hangfire.Storage.StorageConnectionExtensions.GetRecurringJobs(connection).ToDictionary(static each => each.Id);
        }
    }

    [Test]
    public async Task AHostIsConfiguredAsTheDocumentationShows()
    {
        GlobalConfiguration.Configuration
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UseStorage(Storage).WithJobExpirationTimeout(TimeSpan.FromDays(7));
        var id = BackgroundJob.Enqueue(() => TouchStatic(Marker))!;
        using var server = new BackgroundJobServer();
        await UntilStateAsync(id, "Succeeded");
        Scalar<DateTime>("select expireat from hangfire.job").Should().BeCloseTo(DateTime.UtcNow.AddDays(7), TimeSpan.FromMinutes(1));
        JobStorage.Current.GetMonitoringApi().GetStatistics().Succeeded.Should().Be(1);
    }

    public static void TouchStatic(string key) => TestJobs.For(key).Enter();
}
