using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace Orchestrator.Web.Api.Describing;

/// <summary>Adds to an operation what the route's metadata says and what holds for every route.</summary>
internal static class OperationDescriber
{
    public const string ProblemSchema = "Problem";
    public const string SecurityScheme = "bearer";

    public static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = new EndpointMetadataCollection(context.Description.ActionDescriptor.EndpointMetadata);
        var (method, path) = (context.Description.HttpMethod!, "/" + context.Description.RelativePath);
        operation.OperationId = $"{method.ToLowerInvariant()}{string.Concat(path.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')).TrimEnd('_')}";
        operation.Tags = new HashSet<OpenApiTagReference> { new(Tag(path), context.Document) };
        operation.Parameters ??= [];
        operation.Responses ??= [];
        AddParameters(operation, metadata, isWrite: method is not "GET");
        operation.RequestBody = Body(metadata);
        AddExamples(operation, metadata);
        foreach (var status in Refusals(metadata, path, method))
        {
            operation.Responses.TryAdd(Number(status), Refusal(status, context.Document!));
        }

        if (metadata.GetMetadata<IAllowAnonymous>() is null)
        {
            operation.Description = $"Role: {Role(metadata)}. {operation.Description}".TrimEnd();
            operation.Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(SecurityScheme, context.Document)] = [] },
            ];
        }

        return Task.CompletedTask;
    }

    private static string? Role(EndpointMetadataCollection metadata) =>
        metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy).FirstOrDefault();

    private static string Tag(string path) => path.Split('/') switch
    {
        ["", "api", var name, ..] => name,
        ["", "functions" or "autonomous", ..] => "seeds",
        _ => "probes",
    };

    private static void AddParameters(OpenApiOperation operation, EndpointMetadataCollection metadata, bool isWrite)
    {
        foreach (var field in metadata.GetMetadata<QueryDescription>()?.Fields ?? [])
        {
            operation.Parameters!.Add(new OpenApiParameter { Name = field.Name, In = ParameterLocation.Query, Schema = field.Schema });
        }

        if (isWrite && metadata.GetMetadata<IAllowAnonymous>() is null)
        {
            operation.Parameters!.Add(new OpenApiParameter
            {
                Name = IdempotencyHeader.Name,
                In = ParameterLocation.Header,
                Description = $"Makes the request count once for 24 hours; {IdempotencyHeader.OtherName} is taken too.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyHeader.MaxLength },
            });
        }
    }

    private static OpenApiRequestBody? Body(EndpointMetadataCollection metadata)
    {
        if (metadata.GetMetadata<TextBody>() is { } text)
        {
            return new OpenApiRequestBody
            {
                Required = true,
                Content = text.IsText
                    ? Content(text.ContentTypes[0], new OpenApiSchema { Type = JsonSchemaType.String }, text.Example)
                    : Content(text.ContentTypes[0], new OpenApiSchema(), JsonNode.Parse(text.Example)),
            };
        }

        if (metadata.GetMetadata<BodyDescription>() is not { Fields.Count: > 0 } body)
        {
            return null;
        }

        var required = body.Fields.Where(field => field.IsRequired).Select(field => field.Name).ToHashSet();
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = body.Fields.ToDictionary(field => field.Name, field => (IOpenApiSchema)field.Schema),
            Required = required.Count > 0 ? required : null,
            AdditionalPropertiesAllowed = false,
        };
        return new OpenApiRequestBody { Required = required.Count > 0, Content = Content("application/json", schema, body.Example) };
    }

    private static Dictionary<string, OpenApiMediaType> Content(string type, IOpenApiSchema schema, JsonNode? example) =>
        new() { [type] = new OpenApiMediaType { Schema = schema, Example = example } };

    private static void AddExamples(OpenApiOperation operation, EndpointMetadataCollection metadata)
    {
        foreach (var answer in metadata.GetOrderedMetadata<AnswerExample>())
        {
            if (operation.Responses![Number(answer.Status)].Content?.Values.FirstOrDefault() is { } media)
            {
                media.Example = answer.Example?.DeepClone();
            }
        }
    }

    /// <summary>Every status from 400 on that the route may answer with.</summary>
    private static IEnumerable<int> Refusals(EndpointMetadataCollection metadata, string path, string method)
    {
        var isAnonymous = metadata.GetMetadata<IAllowAnonymous>() is not null;
        var takesBody = metadata.GetMetadata<BodyDescription>() is not null || metadata.GetMetadata<TextBody>() is not null;
        int[] tokens = isAnonymous ? [] : [400, 401, 403, 429, 500, 503];
        int[] body = takesBody ? [400, 413, 415, 422] : [];
        int[] write = method != "GET" && !isAnonymous ? [409, 413, 422] : [];
        int[] found = path.Contains('{') ? [404] : [];
        return [.. tokens.Concat(body).Concat(write).Concat(found).Concat(metadata.GetOrderedMetadata<Refusal>().Select(one => one.Status)).Distinct().Order()];
    }

    private static OpenApiResponse Refusal(int status, OpenApiDocument document) => new()
    {
        Description = ReasonPhrases.GetReasonPhrase(status),
        Content = Content(Problems.ContentType, new OpenApiSchemaReference(ProblemSchema, document), null),
    };

    private static string Number(int status) => status.ToString(CultureInfo.InvariantCulture);
}
