using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Orchestrator.Web.Samples;

/// <summary>
/// The agent service that the sample workflows call: on a loopback port of its own, over real HTTP, with the contract of
/// seed 001 — a bearer token, an idempotency key, an answer with <c>ok</c>. A key that comes again gets its first answer.
/// For trials; a real service is configured with <c>EDGE_BASE_URL</c>.
/// </summary>
internal sealed class SampleAgents : IAsyncDisposable
{
    private const int MaxRemembered = 10_000;

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _answers = new();
    private readonly ConcurrentDictionary<string, int> _calls = new();

    private SampleAgents(WebApplication app, string token) => (_app, Token) = (app, token);

    public Uri Address { get; private set; } = null!;

    /// <summary>What callers send; made for this process.</summary>
    public string Token { get; }

    public static async Task<SampleAgents> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var agents = new SampleAgents(builder.Build(), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
        agents._app.Map("/functions/v1/agent-proxy/{**agent}", agents.AnswerAsync);
        agents._app.MapPost(SampleTasks.Path, (Delegate)agents.TaskAsync);
        await agents._app.StartAsync(cancellationToken);
        var addresses = agents._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        agents.Address = new Uri(addresses.Addresses.First());
        return agents;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task<IResult> AnswerAsync(HttpContext http, string agent)
    {
        if (Refusal(http, out var key) is { } refusal)
        {
            return refusal;
        }

        var body = await BodyAsync(http);
        Forget();
        return Trouble(agent, http, key)
            ?? Results.Text(_answers.GetOrAdd(key, _ => SampleAnswers.Of(agent, body, _calls.GetValueOrDefault(key)).ToJsonString()), "application/json");
    }

    /// <summary>A goal. An attempt that was answered gets the same answer again; a later one of the step may get another.</summary>
    private async Task<IResult> TaskAsync(HttpContext http)
    {
        if (Refusal(http, out var key) is { } refusal)
        {
            return refusal;
        }

        var body = await BodyAsync(http);
        Forget();
        if (SampleTasks.IsSlow(body))
        {
            await Task.Delay(SampleTasks.SlowTime, http.RequestAborted);
        }

        return SampleTasks.IsTooHard(body)
            ? Answer(new JsonObject { ["error"] = "this is too hard for me" }, StatusCodes.Status422UnprocessableEntity)
            : Results.Text(_answers.GetOrAdd($"{key}:{body["attempt"]}", _ => SampleTasks.Of(body).ToJsonString()), "application/json");
    }

    /// <summary>What holds for every request.</summary>
    private IResult? Refusal(HttpContext http, out string key)
    {
        key = http.Request.Headers["X-Idempotency-Key"].ToString();
        return http.Request.Headers.Authorization != $"Bearer {Token}" ? Answer(Error("send the service token"), StatusCodes.Status401Unauthorized)
            : key.Length == 0 ? Answer(Error("send an X-Idempotency-Key"), StatusCodes.Status400BadRequest)
            : null;
    }

    private void Forget()
    {
        if (_answers.Count > MaxRemembered)
        {
            _answers.Clear();
            _calls.Clear();
        }
    }

    /// <summary>What an agent with a bad day answers: <c>flaky</c> fails twice for each key, <c>busy</c> is so once.</summary>
    private IResult? Trouble(string agent, HttpContext http, string key)
    {
        if (agent is not ("flaky" or "busy"))
        {
            return null;
        }

        var call = _calls.AddOrUpdate(key, 1, (_, calls) => calls + 1);
        if (agent == "flaky" && call <= 2)
        {
            return Answer(Error($"failed, call {call}"), StatusCodes.Status503ServiceUnavailable);
        }

        if (agent == "busy" && call == 1)
        {
            http.Response.Headers.RetryAfter = "1";
            return Answer(Error("too many requests"), StatusCodes.Status429TooManyRequests);
        }

        return null;
    }

    private static async Task<JsonObject> BodyAsync(HttpContext http) =>
        http.Request.ContentLength > 0 && await JsonNode.ParseAsync(http.Request.Body) is JsonObject body
            ? body
            : new JsonObject(http.Request.Query.Select(one => KeyValuePair.Create<string, JsonNode?>(one.Key, (string?)one.Value)));

    private static JsonObject Error(string message) => new() { ["ok"] = false, ["error"] = message };

    private static IResult Answer(JsonObject body, int status) => Results.Text(body.ToJsonString(), "application/json", null, status);
}

/// <summary>What each sample agent says.</summary>
internal static class SampleAnswers
{
    private const string SocialPrefix = "social/";

    public static JsonObject Of(string agent, JsonObject request, int calls)
    {
        var user = (string?)request["user_id"] ?? "somebody";
        JsonObject answer = agent switch
        {
            "snapshot" => new JsonObject { ["streak"] = 12, ["open_goals"] = new JsonArray("read chapter 4", "practise recall") },
            "instructor/daily" => new JsonObject
            {
                ["plan"] = new JsonArray("15 minutes of recall", "read chapter 4", "write three questions"),
                ["from_signals"] = request["results"]?["gather_signals"]?.DeepClone(),
            },
            "notify" => new JsonObject { ["delivered_to"] = user, ["channel"] = "in-app" },
            "clo/begin-week" => new JsonObject { ["objectives"] = new JsonArray("explain photosynthesis", "compare two cells") },
            "ta/generate-week" => new JsonObject { ["exercises"] = 5 },
            "socratic/seed" => new JsonObject { ["questions"] = new JsonArray("Why do leaves look green?") },
            "flaky" or "busy" => new JsonObject { ["calls"] = calls },
            _ when agent.StartsWith(SocialPrefix, StringComparison.Ordinal) => SampleNetwork.Of(agent[SocialPrefix.Length..], request),
            "brand/update-briefing" => new JsonObject { ["briefing"] = "updated" },
            _ => new JsonObject { ["said"] = $"{agent} heard {user}" },
        };
        answer["ok"] = true;
        answer["agent"] = agent;
        return answer;
    }
}
