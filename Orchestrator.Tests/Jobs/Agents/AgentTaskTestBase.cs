using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Agents;

/// <summary>A service whose agents are the target of the tests.</summary>
internal abstract class AgentTaskTestBase
{
    public const string AgentToken = "agent-token-1357924680";

    protected TestService Service { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => Service = await TestService.StartAsync(options =>
    {
        options.Agents.Endpoint = new Uri(options.EdgeBaseUrl!, "/agents");
        options.Agents.Token = AgentToken;
        options.Agents.MaxConcurrent = 2;
    });

    [OneTimeTearDown]
    public async Task StopAsync() => await Service.DisposeAsync();

    /// <summary>What the agents at a path answer, by the number of the request there; the last one is the answer to all further.</summary>
    protected void Answer(string path, params (int Status, string Body)[] answers)
    {
        var seen = 0;
        Service.Target.On(path, (http, _) =>
        {
            var (status, body) = answers[Math.Min(Interlocked.Increment(ref seen), answers.Length) - 1];
            return TargetServer.JsonAsync(http, status, body);
        });
    }

    /// <summary>Makes an agent that is called at a path of the target; the answer is its id.</summary>
    protected async Task<long> AddAgentAsync(string username, string? path = null, string extra = "")
    {
        var endpoint = path is null ? "" : $""", "endpoint": "{new Uri(Service.Target.Address, path)}" """;
        using var answer = await Service.Client.PostAsync(
            "/api/agents", new StringContent($$"""{"username": "{{username}}" {{endpoint}} {{extra}} }"""));
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
        return (long)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
    }

    /// <summary>A workflow of one agent task with these fields.</summary>
    protected Task<TestRun> RunTaskAsync(string key, string fields) => Service.RunAsync($$"""
        key: {{key}}
        steps: [{ id: think, type: agent-task, goal: "do it", retry: { max_attempts: 2, delay_ms: 10 }, {{fields}} }]
        """);

    protected IReadOnlyList<JsonNode> BodiesTo(string path) => [.. Service.Target.RequestsTo(path).Select(request => JsonNode.Parse(request.Body)!)];
}
