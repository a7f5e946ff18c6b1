using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing;

internal sealed class WorkflowParserTests
{
    [Test]
    public void The_daily_sample_is_read()
    {
        var workflow = Files.Sound(Files.Shipped("daily_instructor_v1.yml"));

        workflow.Key.Should().Be("daily_instructor_v1");
        workflow.Triggers.Should().HaveCount(2);
        workflow.Triggers[0].Should().Be(new CronTrigger("0 7 * * *", "UTC"));
        workflow.Triggers[1].Should().BeOfType<EventTrigger>().Which.EventTypes.Should().Equal("streak_ping", "user_start_day");
        workflow.Graph.Order.Should().Equal(0, 1, 2);
        var first = workflow.Steps[0];
        first.Timeout.Should().Be(TimeSpan.FromSeconds(8));
        first.Action.Should().BeOfType<HttpAction>().Which.Method.Should().Be("GET");
        workflow.Steps[1].Timeout.Should().Be(TimeSpan.FromSeconds(15));
        workflow.Steps[1].Reads.Should().Equal(0);
        workflow.OutputReads.Should().Equal(2);
    }

    [Test]
    public void The_weekly_sample_joins_two_branches()
    {
        var workflow = Files.Sound(Files.Shipped("weekly_seed_v1.yml"));

        workflow.Triggers.Should().Equal(new CronTrigger("0 18 * * SUN", "UTC"));
        workflow.Graph.Roots.Should().Equal(0);
        workflow.Graph.Parents(3).Should().Equal(1, 2);
        workflow.Steps[3].Reads.Should().Equal(1, 2);
        workflow.Steps.Select(step => ((HttpAction)step.Action).Method).Should().AllBe("POST");
    }

    [TestCase("'@daily'", "0 0 * * *")]
    [TestCase("'  */5  9-17 * * MON-FRI '", "*/5 9-17 * * MON-FRI")]
    [TestCase("'30 0 7 L-2W JAN ?'", "30 0 7 L-2W JAN ?")]
    public void A_schedule_is_given_in_fields(string cron, string fields)
    {
        var workflow = Files.Sound($"key: k\ntrigger: {{type: cron, cron: {cron}, timezone: Europe/Berlin}}\nsteps: [{{id: a, call: /x}}]\n");

        workflow.Triggers.Should().Equal(new CronTrigger(fields, "Europe/Berlin"));
    }

    [Test]
    public void The_other_dialect_says_the_same_in_json()
    {
        var workflow = Files.Sound("""
            {
              "id": "my-workflow", "version": 1.10, "triggers": [], "variables": {"token": "t"},
              "steps": [
                {"id": "fetch-data", "type": "http", "next": ["save"],
                 "config": {"url": "https://api.example.com/data", "retries": 3, "retryDelay": 250, "timeout": 10000}},
                {"id": "save", "type": "http", "dependsOn": "fetch-data",
                 "config": {"method": "post", "url": "https://x/y", "body": {"data": "{{results[\"fetch-data\"].data}}"}}}
              ]
            }
            """);

        workflow.Key.Should().Be("my-workflow");
        workflow.Version.Should().Be("1.10");
        workflow.Triggers.Should().Equal(new ManualTrigger());
        var fetch = workflow.Steps[0];
        fetch.Retry.Should().Be(RetryPolicy.Default with { MaxAttempts = 4, Delay = TimeSpan.FromMilliseconds(250), On = fetch.Retry.On });
        fetch.Timeout.Should().Be(TimeSpan.FromSeconds(10));
        ((HttpAction)fetch.Action).Method.Should().Be("GET");
        ((HttpAction)workflow.Steps[1].Action).Method.Should().Be("POST");
        workflow.Graph.Parents(1).Should().Equal(0);
        workflow.Steps[1].Reads.Should().Equal(0);
    }

    [TestCase("", 5)]
    [TestCase("config: {max_retries: 2}", 2)]
    [TestCase("config: {max_retries: 2}\ndefaults: {retry: {max_attempts: 3}}", 3)]
    [TestCase("config: {max_retries: 2}\ndefaults: {retry: {max_attempts: 3}}", 5, "retries: 4")]
    [TestCase("defaults: {retry: {max_attempts: 3}}", 7, "retries: 4, retry: {maxAttempts: 7}")]
    public void The_nearest_retry_setting_wins(string top, int attempts, string fields = "priority: 1")
    {
        var workflow = Files.Sound($"key: k\n{top}\nsteps:\n  - {{id: a, call: /x, {fields}}}\n");

        workflow.Steps[0].Retry.MaxAttempts.Should().Be(attempts);
    }

    [Test]
    public void Settings_of_the_run_and_inputs_are_read()
    {
        var workflow = Files.Sound("""
            key: k
            name: Name
            tags: [a, b]
            metadata: {owner: {team: x}}
            config: {timeoutMs: 60000, priority: high, queue: fast}
            defaults: {timeout_ms: 7000}
            inputs:
              limit: {type: integer, required: true, min: 1, max: 5, enum: [1, 2]}
              on: {type: string, default: yes}
              any:
            steps:
              - {id: a, call: /x, priority: low, queue: slow, expect_status: 202}
            """);

        workflow.Config.Should().Be(new RunPolicy { Timeout = TimeSpan.FromMinutes(1), Priority = Priorities.High, Queue = "fast" });
        workflow.Metadata.ToJson().Should().Be("""{"owner":{"team":"x"}}""");
        workflow.Inputs["limit"].Should().BeEquivalentTo(new { Type = "integer", Required = true, Min = 1.0, Max = 5.0 });
        workflow.Inputs["on"].Default.Should().Be(Value.Of("yes"));
        workflow.Inputs.Should().ContainKey("any");
        var step = workflow.Steps[0];
        step.Timeout.Should().Be(TimeSpan.FromSeconds(7));
        (step.Priority, step.Queue).Should().Be((Priorities.Low, "slow"));
        ((HttpAction)step.Action).ExpectStatus.Should().Equal(202);
    }

    [Test]
    public void Only_results_that_are_read_are_loaded()
    {
        var workflow = Files.Sound("""
            key: k
            output: results.a
            steps:
              - {id: a, call: /x}
              - {id: b, call: /x, depends_on: a, body: {fixed: 1}}
              - {id: c, call: /x, depends_on: b, method: GET, when: results.a.ok}
              - {id: d, type: transform, depends_on: c, value: results}
              - {id: e, type: transform, depends_on: d, when: "steps.b.state === 'success'", value: 1}
            """);

        workflow.Steps.Select(step => string.Join(",", step.Reads)).Should().Equal("", "", "0", "0,1,2", "1");
        workflow.OutputReads.Should().Equal(0);
    }

    [Test]
    public void Aliases_are_written_out()
    {
        var workflow = Files.Sound("key: k\nsteps:\n  - {id: a, call: /x, retry: &r {max_attempts: 2}}\n  - {id: b, call: /x, retry: *r}\n");

        workflow.Steps[1].Retry.MaxAttempts.Should().Be(2);
    }

    [Test]
    public void Everything_wrong_is_reported_at_once_in_the_order_of_the_file()
    {
        var result = WorkflowParser.Parse(
            "key: K\nsteps:\n  - {id: a, call: x, depends_on: b}\n  - {id: a, tipe: http, url: nope}\n  - {id: c, type: transform, value: nope}\n", "f.yml");

        result.Diagnostics.Select(one => (one.Line, one.Column)).Should().Equal((1, 6), (3, 19), (3, 34), (4, 10), (4, 13), (4, 30), (5, 37));
    }

    [Test]
    public void A_diagnostic_reads_like_a_compiler_s() =>
        WorkflowParser.Parse("key: k\nsteps: [{id: a, call: /x, depends_on: [b]}]", "w.yml").Diagnostics.Should().ContainSingle()
            .Which.ToString().Should().Be("w.yml:2:40: error: steps[0].depends_on[0]: there is no step `b`. Known are `a`.");
}
