using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Recurring;

/// <summary>What schedulers do with what is due.</summary>
[TestFixture]
internal sealed class RecurringJobSchedulerTests : RecurringFixture
{
    private readonly string key = Guid.NewGuid().ToString();

    [Test]
    public async Task TwoSchedulersFireEachOccurrenceOnce()
    {
        const int Jobs = 5, Minutes = 8;
        var start = Now().AddMinutes(-Minutes);
        for (var i = 0; i < Jobs; i++)
        {
            Manager.AddOrUpdate($"job{i}", Call(key), Cron.Minutely(), new RecurringJobOptions { MisfireHandling = MisfireHandlingMode.Strict });
            SetDue($"job{i}", start);
        }

        var other = CreateStorage(new PostgreSqlStorageOptions());
        using (StartServer())
        using (StartServer(storage: other))
            await UntilAsync(() => Enumerable.Range(0, Jobs).All(i => Score($"job{i}") > JobHelper.ToTimestamp(Now())), "nothing was due");
        other.Database.Dispose();

        var times = Rows("jobparameter").Where(static row => Equals(row["name"], "Time"))
            .GroupBy(row => Rows("jobparameter").Single(each => Equals(each["jobid"], row["jobid"]) && Equals(each["name"], "RecurringJobId"))["value"])
            .ToDictionary(static group => (string)group.Key!, static group => group.Select(static row => long.Parse((string)row["value"]!)).Order().ToArray());
        times.Should().HaveCount(Jobs);
        foreach (var each in times.Values)
        {
            each.Should().OnlyHaveUniqueItems().And.HaveCountGreaterOrEqualTo(Minutes);
            each[0].Should().Be(JobHelper.ToTimestamp(start));
            each.Skip(2).Zip(each.Skip(1), static (later, earlier) => later - earlier).Should().AllBeEquivalentTo(60L);
        }
    }

    [Test]
    public void OneOfManyPassesOfTheSameMomentFires()
    {
        Manager.AddOrUpdate("daily", Call(key), Cron.Daily(), new RecurringJobOptions());
        SetDue("daily", Now().AddMinutes(-1));
        var passes = Enumerable.Range(0, 6).Select(_ => Task.Factory.StartNew(
            () => Pass(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Task.WaitAll(passes);
        Pass();
        Rows("job").Should().ContainSingle();
    }

    [TestCase(MisfireHandlingMode.Relaxed, 1)]
    [TestCase(MisfireHandlingMode.Strict, 4)]
    [TestCase(MisfireHandlingMode.Ignorable, 0)]
    public void MissedOccurrencesAreMadeUpForAsTheModeSays(MisfireHandlingMode mode, int expected)
    {
        // Midnights: three of the past days, and the one before them that is due.
        var due = Now().Date.AddDays(-3);
        Manager.AddOrUpdate("daily", Call(key), Cron.Daily(), new RecurringJobOptions { MisfireHandling = mode });
        SetDue("daily", due);
        Pass();
        Rows("job").Should().HaveCount(expected);
        Shown("daily").NextExecution.Should().Be(Now().Date.AddDays(1));
        if (expected > 0) Rows("jobparameter").First(static row => Equals(row["name"], "Time"))["value"].Should().Be(JobHelper.ToTimestamp(due).ToString());
    }

    [Test]
    public void AnOccurrenceThatIsHardlyLateWasNotMissed()
    {
        Manager.AddOrUpdate("yearly", Call(key), Cron.Yearly(), new RecurringJobOptions { MisfireHandling = MisfireHandlingMode.Ignorable });
        SetDue("yearly", Now());
        Pass();
        Rows("job").Should().ContainSingle();
    }

    [TestCase("Cron", "0 25 * * *", "field 2 (hour)")]
    [TestCase("TimeZoneId", "Nowhere/Else", "Nowhere/Else")]
    [TestCase("Job", "{\"Type\":\"Gone, Gone\",\"Method\":\"Run\"}", "Gone")]
    [TestCase("Job", "none", "Json")]
    [TestCase("TimeZoneId", "../\u00fc\u0001", "is not known here")]
    [TestCase("CreatedAt", "2026-99-99", null)]
    [TestCase("Queue", "No Queue", "No Queue")]
    public void WhatIsWrongInOneDoesNotStopTheOthers(string field, string value, string? error)
    {
        foreach (var id in new[] { "bad", "good" }) Manager.AddOrUpdate(id, Call(key), Cron.Daily(), new RecurringJobOptions());
        var occurrence = Now().AddHours(-2);
        SetDue("bad", occurrence);
        SetDue("good", Now().AddHours(-1));
        SetField("bad", field, value);
        Pass();
        Shown("good").Error.Should().BeNull();
        Shown("good").LastJobId.Should().NotBeNull();
        Rows("job").Should().HaveCount(error is null ? 2 : 1);
        if (error is null) return;

        (Shown("bad").RetryAttempt, Shown("bad").NextExecution).Should().Be((1, occurrence));
        Shown("bad").Error.Should().Contain(error);
        Score("bad").Should().BeGreaterThan(JobHelper.ToTimestamp(Now()));
    }

    [Test]
    public void RetriesEnd()
    {
        foreach (var id in new[] { "bad", "unloadable" })
        {
            Manager.AddOrUpdate(id, Call(key), Cron.Daily(), new RecurringJobOptions());
            SetDue(id, Now().AddHours(-2));
        }

        SetField("bad", "Cron", "never");
        SetField("unloadable", "Job", "{\"Type\":\"Gone, Gone\",\"Method\":\"Run\"}");
        for (var attempt = 1; attempt <= 6; attempt++)
        {
            Pass();
            BringForwardUnless(attempt == 6);
        }

        (Score("bad"), Shown("bad").NextExecution, Shown("bad").Error is null).Should().Be((-1, null, false));
        Shown("unloadable").NextExecution.Should().Be(Now().Date.AddDays(1));
        Shown("unloadable").Error.Should().NotBeNull();

        Manager.AddOrUpdate("bad", Call(key), Cron.Daily(), new RecurringJobOptions());
        (Shown("bad").NextExecution, Shown("bad").Error, Shown("bad").RetryAttempt).Should().Be((Now().Date.AddDays(1), null, 0));

        void BringForwardUnless(bool isLast)
        {
            if (isLast) return;
            BringForward("bad");
            BringForward("unloadable");
        }
    }

    [Test]
    public void ASuccessClearsTheError()
    {
        Manager.AddOrUpdate("daily", Call(key), Cron.Daily(), new RecurringJobOptions());
        var occurrence = Now().AddHours(-2);
        SetDue("daily", occurrence);
        SetField("daily", "TimeZoneId", "Nowhere/Else");
        Pass();
        SetField("daily", "TimeZoneId", "UTC");
        BringForward("daily");
        Pass();
        (Shown("daily").Error, Shown("daily").RetryAttempt).Should().Be((null, 0));
        Rows("jobparameter").Single(static row => Equals(row["name"], "Time"))["value"].Should().Be(JobHelper.ToTimestamp(occurrence).ToString());
    }

    [Test]
    public void APlaceWithoutFieldsIsRemoved()
    {
        Execute("insert into hangfire.set (key, score, value) values ('recurring-jobs', 1, 'ghost')");
        Pass();
        Rows("set").Should().BeEmpty();
        Rows("hash").Should().BeEmpty();
    }

    [Test]
    public void AFilterMayPreventAJobAndTheScheduleGoesOn()
    {
        Manager.AddOrUpdate("prevented", Job.FromExpression<PreventedJobs>(jobs => jobs.Run()), Cron.Daily(), new RecurringJobOptions());
        SetDue("prevented", Now().AddHours(-1));
        Pass();
        Rows("job").Should().BeEmpty();
        Shown("prevented").NextExecution.Should().Be(Now().Date.AddDays(1));
        Fields("prevented").Should().NotContainKey("LastJobId");
        Manager.TriggerJob("prevented").Should().BeNull();
    }

    [Test]
    public async Task ASchedulerIsWokenByWhatIsAddedInItsProcess()
    {
        using var server = StartServer(configure: static options => options.SchedulePollingInterval = TimeSpan.FromHours(1));
        Manager.AddOrUpdate("yearly", Call("other"), Cron.Yearly(), new RecurringJobOptions());
        Manager.AddOrUpdate("secondly", Call(key), "* * * * * *", new RecurringJobOptions());
        await UntilAsync(() => TestJobs.For(key).Entered >= 2, "the job ran twice");
        Manager.RemoveIfExists("secondly");
    }

    public sealed class PreventedJobs
    {
        [Prevent]
        public void Run()
        {
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class PreventAttribute : JobFilterAttribute, IClientFilter
    {
        public void OnCreating(CreatingContext context) => context.Canceled = true;

        public void OnCreated(CreatedContext context)
        {
        }
    }
}
