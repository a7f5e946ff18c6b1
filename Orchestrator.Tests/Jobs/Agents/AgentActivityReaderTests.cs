using Npgsql;
using Orchestrator.Jobs.Agents;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Readiness;
using Database = Orchestrator.Jobs.Storage.Database;

namespace Orchestrator.Tests.Jobs.Agents;

/// <summary>A batch of agents with their newest events, in one query.</summary>
internal sealed class AgentActivityReaderTests
{
    private const string Tenant = "default";

    private TestDatabase _database = null!;
    private Database _opened = null!;
    private AgentStore _agents = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _opened = Database.Open(_database.ConnectionString);
        _agents = new AgentStore(_opened);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _opened.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Each_active_agent_has_its_newest_fifty_newest_first()
    {
        var start = new DateTime(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc);
        var busy = await MakeAsync("busy", Enumerable.Range(0, 60).Select(hour => new NewAgentEvent($"e{hour}", $$"""{"n": {{hour}}}""", start.AddHours(hour))));
        var quiet = await MakeAsync("quiet", []);
        var retired = await MakeAsync("retired", [new NewAgentEvent("woke", "{}", null)]);
        await _agents.RetireAsync(Tenant, retired, default);
        var left = await MakeAsync("left-out", []);

        var read = await ReadAsync(Tenant, quiet, busy, retired, 4711);

        left.Should().BePositive();
        read.Select(one => one.Agent.Id).Should().Equal(busy, quiet);
        read[0].Agent.Should().BeEquivalentTo(new { Username = "busy", About = "of busy", SystemPrompt = "be busy", Capabilities = new[] { "a", "b" } });
        read[0].Events.Should().HaveCount(ReadinessEvaluator.NewestEvents);
        read[0].Events.Select(one => one.EventType).Should().Equal(Enumerable.Range(10, 50).Reverse().Select(hour => $"e{hour}"));
        read[0].Events[0].Should().Be(new AgentEvent("e59", start.AddHours(59), Value.Parse("""{"n": 59}""")));
        read[1].Events.Should().BeEmpty();
        (await ReadAsync("other", busy)).Should().BeEmpty();
    }

    [Test]
    public async Task It_reads_the_index_as_far_as_it_needs_whatever_the_planner_knows()
    {
        await _database.ExecuteAsync("""
            insert into agents (username) select 'agent-' || n from generate_series(1, 5000) n;
            insert into agent_events (agent_id, event_type, created_at)
            select a.id, 'e', now() - n * interval '1 minute' from agents a, generate_series(1, 300) n where a.id <= 100;
            """);
        var unknowing = await PlanAsync();
        await _database.ExecuteAsync("analyze agents, agent_events");
        var knowing = await PlanAsync();

        foreach (var plan in new[] { unknowing, knowing })
        {
            plan.Should().Contain("Index Scan using agent_events_newest").And.Contain("Index Scan using agents_pkey").And.NotContain("Seq Scan").And.NotContain("Bitmap");
        }
    }

    [Test]
    public async Task A_demo_population_has_something_of_everything()
    {
        var now = DateTime.UtcNow;
        foreach (var agent in DemoPopulation.Make(Tenant, 25, 1, now))
        {
            (await _agents.InsertWithPastAsync(agent, default)).Should().BeTrue();
        }

        var all = await _agents.ListAsync(new AgentFilter { Tenant = Tenant, Limit = 100 }, default);
        var evaluations = (await ReadAsync(Tenant, [.. all.Select(agent => agent.Id)]))
            .Select(agent => ReadinessEvaluator.Evaluate(agent, now, ReadinessSettings.Default, Workflows.Readiness.Histories.Shipped)).ToList();

        all.Count(agent => agent.Status == AgentStatus.Retired).Should().Be(2);
        evaluations.Should().HaveCount(23);
        foreach (var workflow in Workflows.Readiness.Histories.Shipped)
        {
            evaluations.Count(one => one.Workflows.Single(found => found.Type == workflow.Key).Eligible)
                .Should().BeInRange(1, 22, "some are to be eligible for {0} and some are not", workflow.Key);
        }

        evaluations.Should().Contain(one => !one.Workflows.Any(workflow => workflow.Eligible));
        evaluations.Select(one => Math.Round(one.Readiness, 3)).Distinct().Should().HaveCountGreaterThan(8);
    }

    private async Task<long> MakeAsync(string name, IEnumerable<NewAgentEvent> events)
    {
        var content = new AgentContent { Tenant = Tenant, Username = name, About = $"of {name}", SystemPrompt = $"be {name}", Capabilities = ["a", "b"] };
        var id = (await _agents.InsertAsync(content, default))!.Id;
        await _agents.AddEventsAsync(Tenant, id, [.. events], default);
        return id;
    }

    private async Task<IReadOnlyList<AgentActivity>> ReadAsync(string tenant, params long[] ids)
    {
        await using var connection = await _opened.Source.OpenConnectionAsync();
        return (await AgentActivityReader.ReadAsync(connection, tenant, ids, default)).Activities;
    }

    /// <summary>The generic plan, which is the one that is used.</summary>
    private async Task<string> PlanAsync()
    {
        await using var connection = await _opened.Source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("explain " + SqlText.Load("ReadAgentActivity"), connection);
        command.Parameters.One(Tenant).One(Enumerable.Range(1, 100).Select(id => (long)id).ToArray()).One(ReadinessEvaluator.NewestEvents);
        await using var rows = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await rows.ReadAsync())
        {
            plan.Add(rows.GetString(0));
        }

        return string.Join('\n', plan);
    }
}
