using System.Globalization;
using Hangfire;
using Hangfire.States;
using Newtonsoft.Json.Linq;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Storage;

/// <summary>Each operation leaves the rows that the official supplier was observed to leave.</summary>
[TestFixture]
internal sealed class ObservedRowsTests : HangfireFixture
{
    private const string Core = "System.Private.CoreLib, Version=10.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e";

    [Test]
    public void Enqueue()
    {
        Client.Enqueue<TestJobs>(jobs => jobs.Run("0195", 3, CancellationToken.None));
        var job = Rows("job").Single();
        Json(job["invocationdata"]).Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["Type"] = "Orchestrator.Tests.Hangfire.Support.TestJobs, Orchestrator.Tests",
            ["Method"] = "Run",
            ["Arguments"] = "[\"\\\"0195\\\"\",\"3\",null]",
            ["ParameterTypes"] = $"[\"System.String, {Core}\",\"System.Int32, {Core}\",\"System.Threading.CancellationToken, {Core}\"]",
        });
        job["arguments"].Should().Be("[\"\\\"0195\\\"\", \"3\", null]");
        job["statename"].Should().Be("Enqueued");
        job["stateid"].Should().Be(Rows("state").Single()["id"]);
        job["expireat"].Should().BeNull();
        Rows("jobparameter").Select(static row => row["name"]).Should().Equal("CurrentCulture", "CurrentUICulture");
        Rows("jobparameter").Select(static row => row["value"]).Should().Equal(
            $"\"{CultureInfo.CurrentCulture.Name}\"", $"\"{CultureInfo.CurrentUICulture.Name}\"");
        Keys("state").Should().BeEquivalentTo(["Queue", "EnqueuedAt"]);
        Json(Rows("state").Single()["data"])["Queue"].Should().Be("default");
        Json(Rows("state").Single()["data"])["EnqueuedAt"].Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$");
        var queued = Rows("jobqueue").Single();
        (queued["queue"], queued["fetchedat"]).Should().Be(("default", null));
    }

    [Test]
    public void CreateInAQueueWithAContextAndAQuote()
    {
        Client.Create<TestJobs>(jobs => jobs.Note("a\"b", null), new EnqueuedState("critical"));
        var call = Json(Rows("job").Single()["invocationdata"]);
        call["Arguments"].Should().Be("[\"\\\"a\\\\\\\"b\\\"\",null]");
        call["ParameterTypes"].Should().Be($"[\"System.String, {Core}\",\"Hangfire.Server.PerformContext, Hangfire.Core, Version=1.8.24.0, Culture=neutral, PublicKeyToken=null\"]");
        Rows("jobqueue").Single()["queue"].Should().Be("critical");
    }

    [Test]
    public void Schedule()
    {
        var before = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        var id = Client.Schedule<TestJobs>(jobs => jobs.Run("0195", 3, CancellationToken.None), TimeSpan.FromHours(1));
        Keys("state").Should().BeEquivalentTo(["EnqueueAt", "ScheduledAt"]);
        Rows("jobqueue").Should().BeEmpty();
        var member = Rows("set").Single();
        (member["key"], member["value"], member["expireat"]).Should().Be(("schedule", id, null));
        var score = (double)member["score"]!;
        score.Should().Be(Math.Floor(score)).And.BeInRange(before, before + 10);
        DateTime.UnixEpoch.AddSeconds(score).Should().BeOnOrAfter(DateTime.Parse(Json(Rows("state").Single()["data"])["EnqueueAt"]).ToUniversalTime());
    }

    [Test]
    public void DeleteOfAnEnqueuedJob()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Touch("d"))!;
        Client.Delete(id).Should().BeTrue();
        var job = Rows("job").Single();
        job["statename"].Should().Be("Deleted");
        ((DateTime)job["expireat"]!).Should().BeCloseTo(DateTime.UtcNow.AddDays(1), TimeSpan.FromMinutes(1));
        Rows("state").Select(static row => row["name"]).Should().Equal("Enqueued", "Deleted");
        Keys("state", 1).Should().BeEquivalentTo("DeletedAt");
        Rows("jobqueue").Should().ContainSingle();
        Counters().Should().BeEquivalentTo(Expected("deleted", total: true));
    }

    [Test]
    public async Task AJobThatSucceedsWithAResult()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Add(2, 3))!;
        using (StartServer()) await UntilStateAsync(id, "Succeeded");

        ((DateTime)Rows("job").Single()["expireat"]!).Should().BeCloseTo(DateTime.UtcNow.AddDays(1), TimeSpan.FromMinutes(1));
        Rows("state").Select(static row => row["name"]).Should().Equal("Enqueued", "Processing", "Succeeded");
        Keys("state", 1).Should().BeEquivalentTo(["ServerId", "WorkerId", "StartedAt"]);
        Keys("state", 2).Should().BeEquivalentTo(["Result", "Latency", "SucceededAt", "PerformanceDuration"]);
        Json(Rows("state")[2]["data"])["Result"].Should().Be("5");
        Rows("jobqueue").Should().BeEmpty();
        Rows("server").Should().BeEmpty();
        Counters().Should().BeEquivalentTo(Expected("succeeded", total: true));
    }

    [Test]
    public async Task AJobThatFailsIsScheduledAgain()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Boom())!;
        using (StartServer()) await UntilStateAsync(id, "Scheduled");

        Rows("state").Select(static row => row["name"]).Should().Equal("Enqueued", "Processing", "Failed", "Scheduled");
        var failed = Json(Rows("state")[2]["data"]);
        failed.Keys.Should().BeEquivalentTo(["FailedAt", "ServerId", "ExceptionType", "ExceptionDetails", "ExceptionMessage"]);
        (failed["ExceptionType"], failed["ExceptionMessage"]).Should().Be(("System.InvalidOperationException", "boom"));
        Rows("state")[2]["reason"].Should().Be("An exception occurred during performance of the job.");
        Rows("state")[3]["reason"].Should().Be("Retry attempt 1 of 10: boom");
        Rows("job").Single()["stateid"].Should().Be(Rows("state")[3]["id"]);
        Rows("jobparameter").Should().Contain(static row => Equals(row["name"], "RetryCount") && Equals(row["value"], "1"));
        Rows("set").Select(static row => row["key"]).Should().BeEquivalentTo(["retries", "schedule"]);
        Rows("set").Should().OnlyContain(row => Equals(row["value"], id));
        Rows("jobqueue").Should().BeEmpty();
        Rows("counter").Should().BeEmpty();
    }

    [Test]
    public async Task AJobThatFailsForGood()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.BoomOnce())!;
        using (StartServer()) await UntilStateAsync(id, "Failed");

        Rows("job").Single()["expireat"].Should().BeNull();
        Rows("state").Select(static row => row["name"]).Should().Equal("Enqueued", "Processing", "Failed");
        Counters().Should().BeEquivalentTo(Expected("failed", total: false));
        Rows("jobqueue").Should().BeEmpty();
    }

    [Test]
    public async Task WhileAJobIsProcessing()
    {
        var key = Guid.NewGuid().ToString();
        Client.Enqueue<TestJobs>(jobs => jobs.Hold(key, CancellationToken.None));
        using var server = StartServer();
        await TestJobs.For(key).Started.Task.WaitAsync(Patience);

        Rows("job").Single()["statename"].Should().Be("Processing");
        Rows("jobqueue").Single()["fetchedat"].Should().NotBeNull();
        var row = Rows("server").Single();
        Json(Rows("state")[1]["data"])["ServerId"].Should().Be((string)row["id"]!).And.MatchRegex("^node1:\\d+:[0-9a-f-]{36}$");
        var data = JObject.Parse((string)row["data"]!);
        data["Queues"]!.Values<string>().Should().Equal("critical", "default");
        data["WorkerCount"]!.Value<int>().Should().Be(1);
        data.Should().ContainKey("StartedAt");
        TestJobs.For(key).Gate.SetResult();
    }

    /// <summary>As it is written: a time that is read as one loses its last zeros.</summary>
    private static Dictionary<string, string> Json(object? json)
    {
        using var reader = new Newtonsoft.Json.JsonTextReader(new StringReader((string)json!)) { DateParseHandling = Newtonsoft.Json.DateParseHandling.None };
        return JObject.Load(reader).Properties().ToDictionary(static each => each.Name, static each => (string)each.Value!);
    }

    private static string[] Expected(string what, bool total)
    {
        var now = DateTime.UtcNow;
        string[] byTime = [$"stats:{what}:{now:yyyy-MM-dd}=1", $"stats:{what}:{now:yyyy-MM-dd-HH}=1"];
        return total ? [.. byTime, $"stats:{what}=1"] : byTime;
    }

    private IEnumerable<string> Keys(string table, int index = 0) => Json(Rows(table)[index]["data"]).Keys;

    private IEnumerable<string> Counters() => Rows("counter").Select(static row => $"{row["key"]}={row["value"]}");
}
