using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.Tests.Hangfire.Recurring;

/// <summary>Adding, changing and triggering of recurring jobs, and when they are due next.</summary>
[TestFixture]
internal sealed class RecurringJobManagerTests : RecurringFixture
{
    [TestCase("0 25 * * *", "field 2 (hour)")]
    [TestCase("* * * *", "5 or 6 fields")]
    [TestCase("0 7 * JUX *", "field 4 (month)")]
    public void ABadCronExpressionIsRefused(string cron, string field)
    {
        var act = () => Manager.AddOrUpdate("bad", Call(), cron, new RecurringJobOptions());
        act.Should().Throw<ArgumentException>().Which.Message.Should().Contain(cron).And.Contain(field);
        Rows("hash").Should().BeEmpty();
    }

    [Test]
    public void AZoneThatCouldNotBeFoundAgainIsRefused()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("Own/Zone", TimeSpan.FromHours(1), "Own", "Own");
        var act = () => Manager.AddOrUpdate("bad", Call(), "0 7 * * *", new RecurringJobOptions { TimeZone = zone });
        act.Should().Throw<ArgumentException>().WithMessage("*Own/Zone*");
    }

    [TestCase("America/New_York", "30 2 * * *", "2026-03-08T05:00:00Z", "2026-03-08T07:00:00Z", TestName = "What the clock jumps over comes at the jump")]
    [TestCase("America/New_York", "30 2 * * *", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z", TestName = "It comes once on that day")]
    [TestCase("America/New_York", "30 1 * * *", "2026-11-01T04:00:00Z", "2026-11-01T05:30:00Z", TestName = "What the clock repeats comes the first time")]
    [TestCase("America/New_York", "30 1 * * *", "2026-11-01T05:45:00Z", "2026-11-02T06:30:00Z", TestName = "And not the second")]
    [TestCase("America/New_York", "*/30 * * * *", "2026-11-01T05:45:00Z", "2026-11-01T06:00:00Z", TestName = "An interval goes on in both")]
    [TestCase("Europe/Berlin", "0 7 * * *", "2026-10-24T12:00:00Z", "2026-10-25T06:00:00Z", TestName = "Seven o'clock stays seven o'clock")]
    [TestCase("UTC", "0 7 * * *", "2026-10-24T07:00:00Z", "2026-10-25T07:00:00Z", TestName = "An occurrence of this moment has been")]
    public void TheNextExecutionIsReadOnTheZonesClock(string zone, string cron, string now, string expected)
    {
        var manager = new RecurringJobManager(Storage, JobFilterProviders.Providers, new DefaultTimeZoneResolver(), () => JobHelper.DeserializeDateTime(now));
        manager.AddOrUpdate("zoned", Call(), cron, new RecurringJobOptions { TimeZone = TimeZoneInfo.FindSystemTimeZoneById(zone) });
        Shown("zoned").NextExecution.Should().Be(JobHelper.DeserializeDateTime(expected));
        Score("zoned").Should().Be(JobHelper.ToTimestamp(JobHelper.DeserializeDateTime(expected)));
    }

    [Test]
    public void AScheduleThatStaysTheSameKeepsWhatIsDue()
    {
        Manager.AddOrUpdate("same", Call("first"), "0 7 * * *", new RecurringJobOptions());
        var missed = Now().AddHours(-1);
        SetDue("same", missed);
        Manager.AddOrUpdate("same", Call("second"), "0 7 * * *", new RecurringJobOptions());
        Shown("same").NextExecution.Should().Be(missed);
        Shown("same").Job!.Args.Should().Equal("second");

        Manager.AddOrUpdate("same", Call("second"), "0 8 * * *", new RecurringJobOptions());
        Shown("same").NextExecution!.Value.Hour.Should().Be(8);
        Shown("same").NextExecution.Should().BeAfter(Now());
    }

    [Test]
    public void WhatDoesNotChangeIsNotWritten()
    {
        Manager.AddOrUpdate("same", Call(), "0 7 * * *", new RecurringJobOptions());
        var before = Versions();
        Manager.AddOrUpdate("same", Call(), "0 7 * * *", new RecurringJobOptions());
        Versions().Should().Be(before);

        string Versions() => Scalar<string>("select string_agg(xmin::text, ',' order by id) || (select max(xmin::text) from hangfire.set) from hangfire.hash")!;
    }

    [Test]
    public void WhatIsNotThereIsNotTriggered()
    {
        Manager.TriggerJob("none").Should().BeNull();
        Rows("hash").Should().BeEmpty();
        Shown("none").Removed.Should().BeTrue();
    }

    [Test]
    public void RecurringJobsAreShown()
    {
        Manager.AddOrUpdate("later", Call("b"), Cron.Yearly(), new RecurringJobOptions());
        Manager.AddOrUpdate("sooner", Call("a"), Cron.Minutely(), new RecurringJobOptions());
        var id = Manager.TriggerJob("sooner");
        using var connection = (JobStorageConnection)Storage.GetConnection();
        connection.GetRecurringJobCount().Should().Be(2);
        var shown = connection.GetRecurringJobs(0, 9);
        shown.Select(static each => each.Id).Should().Equal("sooner", "later");
        (shown[0].LastJobId, shown[0].LastJobState, shown[0].Queue, shown[0].Cron).Should().Be((id, "Enqueued", "default", "* * * * *"));
        (shown[1].LastJobId, shown[1].LastJobState, shown[1].Error).Should().Be((null, null, null));
    }

    [Test]
    public async Task ManyProcessesMayAddTheSame()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () => Manager.AddOrUpdate("same", Call(), "0 7 * * *", new RecurringJobOptions()), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Rows("set").Should().ContainSingle();
        Rows("hash").Should().HaveCount(7);
    }

    [Test]
    public void AHostHasAManager()
    {
        var services = new ServiceCollection();
        services.AddHangfire(configuration => configuration.UseStorage(Storage));
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<IRecurringJobManager>().AddOrUpdate("own", Call(), Cron.Daily(7));
        provider.GetRequiredService<IRecurringJobManagerV2>().Storage.Should().BeSameAs(Storage);
        provider.GetRequiredService<IRecurringJobManagerFactory>().GetManager(Storage).RemoveIfExists("own");
        provider.GetRequiredService<IBackgroundJobClientFactoryV2>().GetClientV2(Storage).Storage.Should().BeSameAs(Storage);
        Rows("set").Should().BeEmpty();
    }

    [Test]
    public void CronInWords() => new[]
    {
        Cron.Minutely(), Cron.Hourly(), Cron.Daily(7, 30), Cron.Weekly(), Cron.Weekly(DayOfWeek.Friday, 8), Cron.Monthly(15), Cron.Yearly(2, 29, 6),
        Cron.Never(), Cron.MinuteInterval(5), Cron.HourInterval(6), Cron.DayInterval(2), Cron.MonthInterval(3),
        Cron.Hourly(5), Cron.Daily(), Cron.Daily(7), Cron.Weekly(DayOfWeek.Sunday), Cron.Weekly(DayOfWeek.Sunday, 8, 15),
        Cron.Monthly(), Cron.Monthly(15, 6), Cron.Monthly(15, 6, 30), Cron.Yearly(), Cron.Yearly(3), Cron.Yearly(3, 4), Cron.Yearly(3, 4, 5, 6),
    }.Should().Equal(
        "* * * * *", "0 * * * *", "30 7 * * *", "0 0 * * 1", "0 8 * * 5", "0 0 15 * *", "0 6 29 2 *",
        "0 0 31 2 *", "*/5 * * * *", "0 */6 * * *", "0 0 */2 * *", "0 0 1 */3 *",
        "5 * * * *", "0 0 * * *", "0 7 * * *", "0 0 * * 0", "15 8 * * 0",
        "0 0 1 * *", "0 6 15 * *", "30 6 15 * *", "0 0 1 1 *", "0 0 1 3 *", "0 0 4 3 *", "6 5 4 3 *");
}
