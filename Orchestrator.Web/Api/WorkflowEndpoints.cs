using System.Text;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Web.Api;

internal sealed record WorkflowPage(IReadOnlyList<WorkflowJson> Items, string? NextCursor);

/// <summary>A workflow, with its content where one was asked for.</summary>
internal sealed record WorkflowJson
{
    public required string WorkflowKey { get; init; }

    public required int Version { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? Source { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required IReadOnlyList<string> Steps { get; init; }

    public string? Content { get; init; }
}

internal sealed record WorkflowPut(bool Ok, string WorkflowKey, int Version, bool IsNew);

/// <param name="Ok">Always.</param>
/// <param name="WorkflowKey">Which.</param>
/// <param name="Version">What a dispatch takes from now on: what the file in the folder says; null: nothing.</param>
/// <param name="Source">That file; null: there is none.</param>
internal sealed record WorkflowWithdrawn(bool Ok, string WorkflowKey, int? Version, string? Source);

internal sealed record WorkflowVersionJson(int Version, bool IsHead, string? Source, DateTime CreatedAt);

internal sealed record WorkflowVersionPage(IReadOnlyList<WorkflowVersionJson> Items, int? NextCursor);

internal sealed record ValidationAnswer(bool Ok, string? WorkflowKey, IReadOnlyList<DiagnosticJson> Diagnostics);

internal sealed record DiagnosticJson(string Severity, int Line, int Column, string Path, string Message, string Hint)
{
    public static DiagnosticJson Of(Diagnostic diagnostic) => new(
        diagnostic.Severity == Workflows.Parsing.Severity.Error ? "error" : "warning",
        diagnostic.Line, diagnostic.Column, diagnostic.Path, diagnostic.Message, diagnostic.Hint);
}

/// <summary>Definitions: listed, read, put, checked.</summary>
internal static class WorkflowEndpoints
{
    private const string RequestName = "request";

    public static void MapWorkflows(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/workflows", ListAsync).For(Role.Viewer)
            .WithSummary("List the workflows that can be dispatched, by key").TakesQuery(query => Page(query)).Answers(200, Examples.Workflows);
        routes.MapGet("/api/workflows/schema.json", (StepCatalog types) => Results.Text(WorkflowSchema.Generate(types), "application/schema+json")).For(Role.Viewer)
            .WithSummary("Read the JSON Schema of workflow files").AnswersText(200, "application/schema+json");
        routes.MapGet("/api/workflows/{key}", FindAsync).For(Role.Viewer)
            .WithSummary("Read a workflow").TakesQuery(query => Version(query)).Answers(200, Examples.StoredWorkflow);
        routes.MapPut("/api/workflows/{key}", PutAsync).For(Role.Admin)
            .WithSummary("Store a workflow as the newest version").TakesText(ContentTypes.Yaml, Examples.Workflow)
            .Answers(201, new WorkflowPut(true, Examples.WorkflowKey, 1, true)).Answers(200, new WorkflowPut(true, Examples.WorkflowKey, 1, false));
        routes.MapDelete("/api/workflows/{key}", WithdrawAsync).For(Role.Admin)
            .WithSummary("Take what was put by the API out of dispatch, so that a file of the folder counts again, where there is one; runs go on")
            .Answers(200, new WorkflowWithdrawn(true, Examples.WorkflowKey, null, null))
            .Fails(404, 409);
        routes.MapGet("/api/workflows/{key}/versions", VersionsAsync).For(Role.Viewer)
            .WithSummary("List a workflow's stored versions, newest first").TakesQuery(query => VersionPage(query)).Answers(200, Examples.Versions).Fails(404);
        routes.MapPost("/api/workflows/validate", (Delegate)ValidateAsync).For(Role.Viewer)
            .WithSummary("Say everything that is wrong with a workflow").TakesText(ContentTypes.Yaml, Examples.Workflow)
            .Answers(200, Examples.Validation);
    }

    private static (int Limit, string? Cursor) Page(RequestQuery query) => (query.Limit(), query.Text("cursor", "next_cursor of the page before."));

    private static int? Version(RequestQuery query) => query.Integer("version", 1, int.MaxValue, "Number of a stored content; the newest unless said.");

    private static async Task<IResult> ListAsync(HttpContext http, WorkflowStore store, WorkflowNames names)
    {
        var query = new RequestQuery(http.Request);
        var (limit, cursor) = Page(query);
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        // One more than asked for says whether there is a next page.
        var tenant = http.User.Tenant();
        var rows = await store.ListAsync(tenant, cursor, limit + 1, http.RequestAborted);
        var items = new List<WorkflowJson>();
        foreach (var row in rows.Take(limit))
        {
            items.Add(ToJson(row, await names.DefinitionAsync(tenant, row.WorkflowKey, row.Version, http.RequestAborted), withContent: false));
        }

        return Results.Json(
            new WorkflowPage(items, rows.Count > limit ? items[^1].WorkflowKey : null), ApiJson.Readable.WorkflowPage);
    }

    private static async Task<IResult> FindAsync(
        HttpContext http, WorkflowStore store, WorkflowNames names, string key)
    {
        var query = new RequestQuery(http.Request);
        var version = Version(query);
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        var tenant = http.User.Tenant();
        var wanted = version ?? await store.FindHeadAsync(tenant, key, http.RequestAborted);
        if (wanted is not { } number || await store.FindAsync(tenant, key, number, http.RequestAborted) is not { } stored)
        {
            return Problems.Of(
                StatusCodes.Status404NotFound, "No such workflow",
                version is null ? $"There is no workflow '{key}'." : $"Workflow '{key}' has no version {version}.");
        }

        var definition = await names.DefinitionAsync(tenant, key, number, http.RequestAborted);
        return Results.Json(ToJson(stored, definition, withContent: true), ApiJson.Readable.WorkflowJson);
    }

    private static async Task<IResult> PutAsync(HttpContext http, WorkflowRegistry registry, StepCatalog types, WorkflowFolder folder, string key)
    {
        var (text, problem) = await ReadTextAsync(http.Request);
        if (text is null)
        {
            return problem!;
        }

        var parsed = WorkflowParser.Parse(text, RequestName, types, folder.Templates);
        if (parsed.Definition is not { } definition)
        {
            return Refused(parsed);
        }

        if (definition.Key != key)
        {
            return Problems.Of(
                StatusCodes.Status422UnprocessableEntity, "Other key",
                $"The content's key is '{definition.Key}', the address says '{key}'. They have to be the same.");
        }

        var tenant = http.User.Tenant();
        var (version, isNew) = await registry.PutAsync(tenant, definition, text, file: null, isRestart: false, http.RequestAborted);
        return Results.Json(
            new WorkflowPut(true, key, version, isNew), ApiJson.Readable.WorkflowPut,
            statusCode: isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static (int Limit, int Before) VersionPage(RequestQuery query) =>
        (query.Limit(), query.Integer("cursor", 1, int.MaxValue, "next_cursor of the page before.") ?? int.MaxValue);

    private static async Task<IResult> VersionsAsync(HttpContext http, WorkflowStore store, string key)
    {
        var query = new RequestQuery(http.Request);
        var (limit, before) = VersionPage(query);
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        // One more than asked for says whether there is a next page.
        var rows = await store.ListVersionsAsync(http.User.Tenant(), key, before, limit + 1, http.RequestAborted);
        var items = rows.Take(limit).Select(row => new WorkflowVersionJson(row.Version, row.IsHead, row.Source, row.CreatedAt)).ToArray();
        return items.Length == 0 && before == int.MaxValue
            ? NoSuchWorkflow(key)
            : Results.Json(new WorkflowVersionPage(items, rows.Count > limit ? items[^1].Version : null), ApiJson.Readable.WorkflowVersionPage);
    }

    private static async Task<IResult> WithdrawAsync(HttpContext http, WorkflowStore store, WorkflowRegistry registry, WorkflowFolder folder, string key)
    {
        var tenant = http.User.Tenant();
        if (await store.FindHeadAsync(tenant, key, http.RequestAborted) is not { } head
            || await store.FindAsync(tenant, key, head, http.RequestAborted) is not { } stored)
        {
            return NoSuchWorkflow(key);
        }

        if (stored.Source is not null || !await registry.WithdrawAsync(tenant, key, file: null, http.RequestAborted))
        {
            return Problems.Of(
                StatusCodes.Status409Conflict, "Not withdrawn",
                $"Workflow '{key}' comes from the file {stored.Source ?? "that was just read"}: remove the file, and it is withdrawn.");
        }

        var file = await folder.TakeBackAsync(tenant, key, CancellationToken.None);
        return Results.Json(new WorkflowWithdrawn(true, key, file?.Version, file?.File), ApiJson.Readable.WorkflowWithdrawn);
    }

    private static IResult NoSuchWorkflow(string key) =>
        Problems.Of(StatusCodes.Status404NotFound, "No such workflow", $"There is no workflow '{key}'.");

    private static async Task<IResult> ValidateAsync(HttpContext http, StepCatalog types, WorkflowFolder folder)
    {
        var (text, problem) = await ReadTextAsync(http.Request);
        if (text is null)
        {
            return problem!;
        }

        var parsed = WorkflowParser.Parse(text, RequestName, types, folder.Templates);
        return Results.Json(
            new ValidationAnswer(parsed.Definition is not null, parsed.Definition?.Key, [.. parsed.Diagnostics.Select(DiagnosticJson.Of)]),
            ApiJson.Readable.ValidationAnswer);
    }

    private static async Task<(string? Text, IResult? Problem)> ReadTextAsync(HttpRequest request)
    {
        var (bytes, problem) = await RequestBody.ReadBytesAsync(request);
        if (bytes is null)
        {
            return (null, problem);
        }

        if (ContentTypes.Refuse(request, ContentTypes.Yaml) is { } refused)
        {
            return (null, refused);
        }

        return bytes.Length > WorkflowFolder.MaxFileBytes
            ? (null, Problems.Of(StatusCodes.Status413PayloadTooLarge, "Too large", "A workflow has at most 1 MiB."))
            : (Encoding.UTF8.GetString(bytes), null);
    }

    private static IResult Refused(ParseResult parsed) => Problems.Of(
        StatusCodes.Status422UnprocessableEntity, "The workflow has errors",
        string.Join(Environment.NewLine, parsed.Diagnostics),
        [.. parsed.Diagnostics.Select(d => new Workflows.Inputs.InputProblem(
            d.Path, $"line {d.Line}, column {d.Column}: {d.Message}. {d.Hint}".TrimEnd()))]);

    private static WorkflowJson ToJson(StoredWorkflow stored, WorkflowDefinition? definition, bool withContent) => new()
    {
        WorkflowKey = stored.WorkflowKey,
        Version = stored.Version,
        Name = definition?.Name,
        Description = definition?.Description,
        Source = stored.Source,
        CreatedAt = stored.CreatedAt,
        Steps = [.. definition?.Steps.Select(step => step.Id) ?? []],
        Content = withContent ? stored.Content : null,
    };
}
