using Hangfire;
using Hangfire.Common;
using Newtonsoft.Json.Linq;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Recurring;

/// <summary>The rows of recurring jobs are those of the official supplier, in both directions.</summary>
[TestFixture]
internal sealed class RecurringRowsTests : RecurringFixture
{
    private readonly string key = Guid.NewGuid().ToString();

    [Test]
    public void AddOrUpdate()
    {
        Manager.AddOrUpdate("daily", Call("r"), "0 7 * * *", new RecurringJobOptions { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York") });

        Rows("hash").Select(static row => row["field"]).Should().Equal("Queue", "Cron", "TimeZoneId", "Job", "CreatedAt", "NextExecution", "V");
        Rows("hash").Should().OnlyContain(static row => Equals(row["key"], "recurring-job:daily") && row["expireat"] == null);
        var fields = Fields("daily");
        (fields["Queue"], fields["Cron"], fields["TimeZoneId"], fields["V"]).Should().Be(("default", "0 7 * * *", "America/New_York", "2"));
        fields["CreatedAt"].Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$");
        fields["NextExecution"].Should().MatchRegex(@"^\d{4}-\d\d-\d\dT1[12]:00:00\.0000000Z$");
        var call = JObject.Parse(fields["Job"]);
        call.Properties().Select(static each => each.Name).Should().Equal("Type", "Method", "ParameterTypes", "Arguments");
        call["Arguments"]!.ToString().Should().Be("[\"\\\"r\\\"\"]");
        var member = Rows("set").Single();
        (member["key"], member["value"], member["expireat"]).Should().Be(("recurring-jobs", "daily", null));
        member["score"].Should().Be((double)JobHelper.ToTimestamp(JobHelper.DeserializeDateTime(fields["NextExecution"])));
        Rows("job").Should().BeEmpty();
    }

    [Test]
    public async Task TriggeredOnce()
    {
        Manager.AddOrUpdate("daily", Call(key), "0 7 * * *", new RecurringJobOptions());
        var (score, next) = (Score("daily"), Fields("daily")["NextExecution"]);
        var id = Manager.TriggerJob("daily")!;
        using (StartServer()) await UntilStateAsync(id, "Succeeded");

        Rows("jobparameter").Select(static row => row["name"]).Should().Equal("RecurringJobId", "Time", "CurrentCulture", "CurrentUICulture");
        Rows("jobparameter")[0]["value"].Should().Be("\"daily\"");
        ((string)Rows("jobparameter")[1]["value"]!).Should().MatchRegex("^[0-9]{10}$");
        Rows("state").Select(static row => row["name"]).Should().Equal("Enqueued", "Processing", "Succeeded");
        Rows("state")[0]["reason"].Should().Be("Triggered using recurring job manager");
        Rows("hash").Select(static row => row["field"]).Should()
            .Equal("Queue", "Cron", "TimeZoneId", "Job", "CreatedAt", "NextExecution", "V", "LastExecution", "LastJobId");
        (Fields("daily")["LastJobId"], Fields("daily")["NextExecution"], Score("daily")).Should().Be((id, next, score));
        JobHelper.DeserializeDateTime(Fields("daily")["LastExecution"]).Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(1));
        TestJobs.For(key).Entered.Should().Be(1);
    }

    [Test]
    public async Task RowsOfTheOfficialSupplierAreFired()
    {
        const string Core = "System.Private.CoreLib, Version=8.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e";
        Dictionary<string, string> fields = new()
        {
            ["Queue"] = "critical",
            ["Cron"] = "0 7 * * *",
            ["TimeZoneId"] = "Eastern Standard Time",
            ["Job"] = $$"""{"Type":"Orchestrator.Tests.Hangfire.Support.TestJobs, Orchestrator.Tests","Method":"Touch","ParameterTypes":"[\"System.String, {{Core}}\"]","Arguments":"[\"\\\"{{key}}\\\"\"]"}""",
            ["CreatedAt"] = "2026-11-20T02:10:23.9359154Z",
            ["NextExecution"] = "2026-11-20T12:00:00.0000000Z",
            ["V"] = "2",
        };
        foreach (var (field, value) in fields) Execute("insert into hangfire.hash (key, field, value) values ('recurring-job:daily', $1, $2)", field, value);
        Execute("insert into hangfire.set (key, score, value) values ('recurring-jobs', 1795176000, 'daily')");
        SetDue("daily", Now().AddHours(-3));

        using var server = StartServer();
        await UntilAsync(() => TestJobs.For(key).Entered == 1, "the job ran");
        Score("daily").Should().BeGreaterThan(JobHelper.ToTimestamp(DateTime.UtcNow));
        Rows("state")[0]["reason"].Should().Be("Triggered by recurring job scheduler");
        Scalar<string>("select data ->> 'Queue' from hangfire.state where name = 'Enqueued'").Should().Be("critical");
        Fields("daily").Keys.Should().BeEquivalentTo([.. fields.Keys, "LastExecution", "LastJobId"]);
    }

    [Test]
    public void WhatIsNotTheDefaultIsStored()
    {
        Manager.AddOrUpdate("strict", Job.FromExpression<TestJobs>(jobs => jobs.Touch("s"), "critical"), Cron.Never(), new RecurringJobOptions { MisfireHandling = MisfireHandlingMode.Strict });
        var fields = Fields("strict");
        (fields["Queue"], fields["Misfire"], fields["NextExecution"], Score("strict")).Should().Be(("critical", "1", "", -1));
        Manager.RemoveIfExists("strict");
        Rows("hash").Should().BeEmpty();
        Rows("set").Should().BeEmpty();
    }
}
