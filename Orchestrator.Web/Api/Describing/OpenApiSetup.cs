using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Orchestrator.Jobs.Access;
using Orchestrator.Web.Auth;

namespace Orchestrator.Web.Api.Describing;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c>, for any token, and the page at <c>/swagger</c> that shows it.</summary>
internal static class OpenApiSetup
{
    /// <summary>The page has no data of its own: it asks for a key, and keeps it as long as the tab is open.</summary>
    private const string AddKey = """
        (request) => {
          const key = sessionStorage.getItem('orchestrator-key') ?? prompt('API key');
          if (key) {
            sessionStorage.setItem('orchestrator-key', key);
            request.headers.Authorization ??= `Bearer ${key}`;
          }
          return request;
        }
        """;

    private const string ForgetKey =
        "(response) => { if (response.status === 401) sessionStorage.removeItem('orchestrator-key'); return response; }";

    public static IServiceCollection AddOrchestratorOpenApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Readable);
        });
        return services.AddOpenApi("v1", options =>
        {
            options.AddOperationTransformer(OperationDescriber.DescribeAsync);
            options.AddDocumentTransformer(DescribeAsync);
        });
    }

    public static void MapOrchestratorOpenApi(this WebApplication app) => app.MapOpenApi("/openapi/v1.json").For(Role.Viewer);

    public static void UseSwaggerPage(this WebApplication app) => app.UseSwaggerUI(page =>
    {
        page.DocumentTitle = "Orchestrator";
        page.SwaggerEndpoint("/openapi/v1.json", "Orchestrator");
        page.UseRequestInterceptor(AddKey.ReplaceLineEndings(" "));
        page.UseResponseInterceptor(ForgetKey);
    });

    private static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Orchestrator",
            Version = "v1",
            Description = "JSON in snake_case, times ISO 8601 UTC. Errors are application/problem+json. Lists are newest first; next_cursor is the next page's cursor.",
        };
        document.Servers = [];
        document.Tags = document.Paths.SelectMany(path => path.Value.Operations!.Values).SelectMany(operation => operation.Tags!)
            .Select(tag => tag.Reference.Id!).Distinct().Order(StringComparer.Ordinal).Select(name => new OpenApiTag { Name = name }).ToHashSet();
        document.AddComponent(OperationDescriber.ProblemSchema, Problem());
        document.AddComponent<IOpenApiSecurityScheme>(OperationDescriber.SecurityScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "An API key, the admin key or the service token.",
        });
        return Task.CompletedTask;
    }

    /// <summary>What <see cref="Problems"/> writes.</summary>
    private static IOpenApiSchema Problem() => new OpenApiSchema
    {
        Type = JsonSchemaType.Object,
        Description = "RFC 9457. The routes of the seeds have ok, success and error besides.",
        Required = new HashSet<string> { "title", "status", "detail" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "path", "message" },
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["path"] = new OpenApiSchema { Type = JsonSchemaType.String },
                        ["message"] = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                },
            },
            ["ok"] = new OpenApiSchema { Type = JsonSchemaType.Boolean },
            ["success"] = new OpenApiSchema { Type = JsonSchemaType.Boolean },
            ["error"] = new OpenApiSchema { Type = JsonSchemaType.String },
        },
    };
}
