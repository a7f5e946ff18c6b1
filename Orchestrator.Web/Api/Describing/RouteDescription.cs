using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;

namespace Orchestrator.Web.Api.Describing;

/// <summary>The members of a route's JSON body, found out by the code that reads it.</summary>
internal sealed class BodyDescription(Action<RequestBody> read)
{
    public IReadOnlyList<Field> Fields { get; } = RequestBody.Describe(read);

    /// <summary>A body that the route takes.</summary>
    public JsonObject Example => new(Fields.Where(one => one.Example is not null)
        .Select(one => KeyValuePair.Create(one.Name, (JsonNode?)one.Example!.DeepClone())));
}

/// <summary>A body that is read as it comes; the first of the types is the one to send.</summary>
/// <param name="ContentTypes">As what it may be sent.</param>
/// <param name="Example">A body.</param>
/// <param name="IsText">It is text; else any JSON.</param>
internal sealed record TextBody(IReadOnlyList<string> ContentTypes, string Example, bool IsText = true);

/// <summary>The parameters of a route's address, found out by the code that reads them.</summary>
internal sealed class QueryDescription(Action<RequestQuery> read)
{
    public IReadOnlyList<Field> Fields { get; } = RequestQuery.Describe(read);
}

/// <summary>An answer of a status, as it looks.</summary>
internal sealed record AnswerExample(int Status, JsonNode? Example);

/// <summary>A status that the route refuses with, beside those that any route has.</summary>
internal sealed record Refusal(int Status);

/// <summary>What a route says about itself, for the OpenAPI document; a test asks every route for it.</summary>
internal static class RouteDescription
{
    /// <summary>The body is read by <paramref name="read"/>, and described by it.</summary>
    public static RouteHandlerBuilder TakesBody(this RouteHandlerBuilder route, Action<RequestBody> read) =>
        route.WithMetadata(new BodyDescription(read));

    public static RouteHandlerBuilder TakesText(this RouteHandlerBuilder route, IReadOnlyList<string> contentTypes, string example) =>
        route.WithMetadata(new TextBody(contentTypes, example));

    public static RouteHandlerBuilder TakesAnyJson(this RouteHandlerBuilder route, string example) =>
        route.WithMetadata(new TextBody(ContentTypes.Json, example, IsText: false));

    /// <summary>The parameters are read by <paramref name="read"/>, and described by it.</summary>
    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder route, Action<RequestQuery> read) =>
        route.WithMetadata(new QueryDescription(read));

    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder route, int status, T example)
        where T : notnull => route
        .Produces<T>(status, "application/json")
        .WithMetadata(new AnswerExample(status, JsonSerializer.SerializeToNode(example, ApiJson.Readable.GetTypeInfo(typeof(T))!)));

    public static RouteHandlerBuilder AnswersText(this RouteHandlerBuilder route, int status, string contentType) =>
        route.Produces<string>(status, contentType);

    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder route, params int[] statuses) =>
        route.WithMetadata([.. statuses.Select(status => new Refusal(status))]);

    /// <summary>A described route without parameters refuses those that come: each would be a filter that is silently not applied.</summary>
    public static Task RefuseUnknownQueryAsync(HttpContext http, RequestDelegate next)
    {
        var metadata = http.GetEndpoint()?.Metadata;
        var isSilent = metadata?.GetMetadata<IEndpointSummaryMetadata>() is null || metadata.GetMetadata<IAllowAnonymous>() is not null
            || metadata.GetMetadata<QueryDescription>() is not null;
        return isSilent || new RequestQuery(http.Request).Problem() is not { } problem ? next(http) : problem.ExecuteAsync(http);
    }
}
