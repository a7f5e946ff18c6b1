using Hangfire;
using Hangfire.States;
using Newtonsoft.Json.Linq;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Continuations;

/// <summary>The rows of continuations are those of the official supplier, in both directions.</summary>
[TestFixture]
internal sealed class ContinuationRowsTests : HangfireFixture
{
    private const string EnqueuedJson = """{"$type":"Hangfire.States.EnqueuedState, Hangfire.Core","Queue":"default","Reason":null}""";

    private readonly string key = Guid.NewGuid().ToString();

    [Test]
    public void ContinueJobWithOnAnEnqueuedParent()
    {
        var parent = Client.Enqueue<TestJobs>(jobs => jobs.Touch("p"))!;
        var child = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch("child"))!;

        Rows("job").Select(static row => (row["statename"], row["expireat"], row["updatecount"])).Should().Equal(("Enqueued", null, 0), ("Awaiting", null, 0));
        var parameter = Rows("jobparameter").Should().HaveCount(5).And.Subject.Last();
        (parameter["jobid"], parameter["name"], parameter["value"]).Should()
            .Be((long.Parse(parent), "Continuations", $"[{{\"JobId\":\"{child}\",\"Options\":1}}]"));
        var state = Rows("state")[1];
        (state["jobid"], state["name"], state["reason"]).Should().Be((long.Parse(child), "Awaiting", null));
        JObject.Parse((string)state["data"]!).Properties().ToDictionary(static each => each.Name, static each => (string?)each.Value).Should().BeEquivalentTo(
            new Dictionary<string, string>
            {
                ["Options"] = "OnlyOnSucceededState",
                ["ParentId"] = parent,
                ["NextState"] = EnqueuedJson,
                ["Expiration"] = "365.00:00:00",
            });
        Rows("jobqueue").Should().ContainSingle();
        var member = Rows("set").Single();
        (member["key"], member["value"], member["expireat"]).Should().Be(("awaiting", child, null));
        DateTime.UnixEpoch.AddSeconds((double)member["score"]!).Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(1));
    }

    [Test]
    public void SeveralChildrenShareOneParameter()
    {
        var parent = Client.Enqueue<TestJobs>(jobs => jobs.Touch("p"))!;
        var first = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch("a"), JobContinuationOptions.OnAnyFinishedState);
        var second = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch("b"), JobContinuationOptions.OnlyOnDeletedState);
        Rows("jobparameter").Single(static row => Equals(row["name"], "Continuations"))["value"].Should()
            .Be($"[{{\"JobId\":\"{first}\",\"Options\":0}},{{\"JobId\":\"{second}\",\"Options\":2}}]");
    }

    [Test]
    public async Task ParentWithAContinuationBothDone()
    {
        var parent = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!;
        var child = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Add(2, 2))!;
        using (StartServer()) await UntilStateAsync(child, "Succeeded");

        string[] States(string id) => [.. Rows("state").Where(row => Equals(row["jobid"], long.Parse(id))).Select(static row => (string)row["name"]!)];
        States(parent).Should().Equal("Enqueued", "Processing", "Succeeded");
        States(child).Should().Equal("Awaiting", "Enqueued", "Processing", "Succeeded");
        Rows("jobparameter").Should().HaveCount(5);
        Rows("set").Should().BeEmpty();
        Rows("jobqueue").Should().BeEmpty();
        Scalar<long>("select sum(value)::bigint from hangfire.counter where key = 'stats:succeeded'").Should().Be(2);
    }

    [Test]
    public async Task RowsOfTheOfficialSupplierArePerformed()
    {
        Insert(1001, "Enqueued", "p", """{"Queue": "default"}""");
        Insert(1002, "Awaiting", key, $$"""{"Options": "OnlyOnSucceededState", "ParentId": "1001", "NextState": {{JValue.FromObject(EnqueuedJson).ToString(Newtonsoft.Json.Formatting.None)}}, "Expiration": "365.00:00:00"}""");
        Execute("insert into hangfire.jobparameter (jobid, name, value) values (1001, 'Continuations', '[{\"JobId\":\"1002\",\"Options\":1}]')");
        Execute("insert into hangfire.set (key, score, value) values ('awaiting', 1795227023, '1002')");
        Execute("insert into hangfire.jobqueue (jobid, queue) values (1001, 'default')");
        using var server = StartServer();
        await UntilStateAsync("1002", "Succeeded");
        TestJobs.For(key).Entered.Should().Be(1);
        Rows("set").Should().BeEmpty();
    }

    [Test]
    public async Task AStateOfAnotherTypeIsNotMade()
    {
        var parent = Client.Enqueue<TestJobs>(jobs => jobs.Touch(key))!;
        var child = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch("child"))!;
        Execute(
            "update hangfire.state set data = jsonb_set(data, '{NextState}', to_jsonb($1::text)) where name = 'Awaiting'",
            $$"""{"$type":"{{typeof(TestState).FullName}}, Orchestrator.Tests","Name":"Enqueued"}""");
        using var server = StartServer();
        await UntilStateAsync(parent, "Succeeded");
        StateOf(child).Should().Be("Failed");
    }

    [Test]
    public void AStateThatCouldNotBeReadIsNotStored()
    {
        var parent = Client.Enqueue<TestJobs>(jobs => jobs.Touch("p"))!;
        var act = () => Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch("child"), new TestState());
        act.Should().Throw<BackgroundJobClientException>().WithInnerException<NotSupportedException>();
        Rows("job").Should().ContainSingle();
    }

    private void Insert(long id, string state, string argument, string data)
    {
        Execute(
            "insert into hangfire.job (id, stateid, statename, invocationdata, arguments, createdat) values ($1, $1, $2, $3::jsonb, $4::jsonb, now())",
            id,
            state,
            """{"Type": "Orchestrator.Tests.Hangfire.Support.TestJobs, Orchestrator.Tests", "Method": "Touch", "ParameterTypes": "[\"System.String, System.Private.CoreLib\"]"}""",
            $"[\"\\\"{argument}\\\"\"]");
        Execute("insert into hangfire.state (id, jobid, name, createdat, data) values ($1, $1, $2, now(), $3::jsonb)", id, state, data);
    }

    private sealed class TestState : IState
    {
        public string Name => "Test";

        public string? Reason => null;

        public bool IsFinal => false;

        public bool IgnoreJobLoadException => false;

        public Dictionary<string, string> SerializeData() => [];
    }
}
