using System.Text.RegularExpressions;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Agents;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;

namespace Orchestrator.Web.Api;

/// <summary>The tenant's agents: made, listed, read, replaced, retired, deleted.</summary>
internal static partial class AgentEndpoints
{
    public static void MapAgents(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/agents", ListAsync).For(Role.Viewer)
            .WithSummary("List agents, newest first").TakesQuery(query => Read(query)).Answers(200, Examples.Agents);
        routes.MapPost("/api/agents", CreateAsync).For(Role.Operator)
            .WithSummary("Make an agent").TakesBody(body => Read(body)).Answers(201, Examples.Agent);
        routes.MapGet("/api/agents/{id:long}", FindAsync).For(Role.Viewer)
            .WithSummary("Read an agent").Answers(200, Examples.Agent);
        routes.MapPut("/api/agents/{id:long}", ReplaceAsync).For(Role.Operator)
            .WithSummary("Replace an agent; what is left out is as for a new one, but its status stays").TakesBody(body => Read(body))
            .Answers(200, Examples.Agent);
        routes.MapPost("/api/agents/{id:long}/retire", RetireAsync).For(Role.Operator)
            .WithSummary("Retire an agent: no cycle looks at it any more").Answers(200, Examples.Agent);
        routes.MapDelete("/api/agents/{id:long}", DeleteAsync).For(Role.Admin)
            .WithSummary("Delete an agent and all that it did").Answers(200, new AgentDeleted(true, Examples.Agent.Id));
        routes.MapAgentEvents();
    }

    public static IResult NoSuchAgent(long id) => Problems.Of(StatusCodes.Status404NotFound, "No such agent", $"There is no agent {id}.");

    private static AgentFilter Read(RequestQuery query) => new()
    {
        Tenant = "",
        Words = query.Text("q", "In the username or in what is said about it.")?.ToLowerInvariant(),
        Status = query.OneOf("status", AgentStatus.All),
        Before = query.Number("cursor", "next_cursor of the page before.") ?? long.MaxValue,
        Limit = query.Limit(),
    };

    private static AgentContent Read(RequestBody body)
    {
        var username = body.Text("username", AgentContent.MaxUsername, required: true, about: "One of a tenant, whatever the case of its letters.", example: "mira");
        if (username is not null && !Username().IsMatch(username))
        {
            body.Wrong("username", "has to be of a-z, A-Z, 0-9, _, . and -, begin with a letter or digit, and not be a number");
        }

        return new AgentContent
        {
            Tenant = "",
            Username = username ?? "",
            About = body.Text("about", AgentContent.MaxAbout, example: "Reads a lot and asks good questions.") ?? "",
            SystemPrompt = body.Text("system_prompt", AgentContent.MaxSystemPrompt, example: "You are Mira. Be curious and brief.") ?? "",
            Capabilities = body.Texts("capabilities", AgentContent.MaxCapabilities, AgentContent.MaxCapability, "What it can do.", ["write", "summarise"]) ?? [],
            RequiredAccuracy = body.Fraction("required_accuracy", 0, 100, "Percent that its results have to reach."),
            Endpoint = ReadEndpoint(body),
            Status = body.OneOf("status", AgentStatus.All, about: "Active for a new one."),
        };
    }

    /// <summary>Everybody who may read agents sees it: a password has no place in it.</summary>
    private static string? ReadEndpoint(RequestBody body)
    {
        var endpoint = body.Text(
            "endpoint", AgentContent.MaxEndpoint, about: "Where it is called, an absolute http or https address; the service's default unless said.",
            example: "https://agents.example.org/mira");
        if (endpoint is not null
            && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", UserInfo: "" }))
        {
            body.Wrong("endpoint", "has to be an absolute http or https address without user and password");
        }

        return endpoint;
    }

    private static async Task<IResult> ListAsync(HttpContext http, AgentStore agents)
    {
        var query = new RequestQuery(http.Request);
        var filter = Read(query) with { Tenant = http.User.Tenant() };
        var limit = filter.Limit;
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        // One more than asked for says whether there is a next page.
        var rows = await agents.ListAsync(filter with { Limit = limit + 1 }, http.RequestAborted);
        var page = rows.Take(limit).ToArray();
        return Results.Json(
            new AgentPage([.. page.Select(AgentJson.Of)], rows.Count > limit ? page[^1].Id : null), ApiJson.Readable.AgentPage);
    }

    private static async Task<IResult> CreateAsync(HttpContext http, AgentStore agents)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var content = Read(body) with { Tenant = http.User.Tenant() };
        return body.Problem() ?? (await agents.InsertAsync(content, http.RequestAborted) is { } row
            ? Results.Json(AgentJson.Of(row), ApiJson.Readable.AgentJson, statusCode: StatusCodes.Status201Created)
            : Taken(content));
    }

    private static async Task<IResult> FindAsync(HttpContext http, AgentStore agents, long id) =>
        Answer(id, await agents.FindAsync(http.User.Tenant(), id, http.RequestAborted));

    private static async Task<IResult> ReplaceAsync(HttpContext http, AgentStore agents, long id)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var content = Read(body) with { Tenant = http.User.Tenant() };
        try
        {
            return body.Problem() ?? Answer(id, await agents.UpdateAsync(id, content, http.RequestAborted));
        }
        catch (AgentNameTakenException)
        {
            return Taken(content);
        }
    }

    private static async Task<IResult> RetireAsync(HttpContext http, AgentStore agents, long id)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        return unreadable ?? body!.Problem() ?? Answer(id, await agents.RetireAsync(http.User.Tenant(), id, http.RequestAborted));
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, AgentStore agents, long id) =>
        await agents.DeleteAsync(http.User.Tenant(), id, http.RequestAborted)
            ? Results.Json(new AgentDeleted(true, id), ApiJson.Readable.AgentDeleted)
            : NoSuchAgent(id);

    private static IResult Answer(long id, AgentRow? row) =>
        row is null ? NoSuchAgent(id) : Results.Json(AgentJson.Of(row), ApiJson.Readable.AgentJson);

    private static IResult Taken(AgentContent content) => Problems.Of(
        StatusCodes.Status409Conflict, "Name taken",
        $"There is an agent '{content.Username}' already. Choose another username, or change that agent with PUT.");

    [GeneratedRegex(@"\A(?![0-9]+\z)[A-Za-z0-9][A-Za-z0-9_.-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Username();
}
