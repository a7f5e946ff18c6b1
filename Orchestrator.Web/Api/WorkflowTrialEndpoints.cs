using System.Text;
using System.Text.Json;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Simulation;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;
using Orchestrator.Workflows.Testing;

namespace Orchestrator.Web.Api;

/// <summary>A step of a dry run.</summary>
/// <param name="StepId">Its id, or address.</param>
/// <param name="Type">Its type.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">Its last error; null: none.</param>
/// <param name="Input">What it would have given to what it calls; null: it reaches nothing outside.</param>
internal sealed record TrialStepJson(string StepId, string Type, string Status, int Attempts, string? Error, JsonElement? Input);

/// <summary>What a run would do.</summary>
internal sealed record DryRunJson(
    string WorkflowKey, int Version, string Status, double DurationMs, JsonElement? Output, string? Error, IReadOnlyList<string> Order, IReadOnlyList<TrialStepJson> Steps);

internal sealed record TestResultJson(string Name, int Line, bool Passed, IReadOnlyList<string> Problems);

internal sealed record TestAnswerJson(bool Ok, int Passed, int Failed, IReadOnlyList<TestResultJson> Tests, IReadOnlyList<DiagnosticJson> Diagnostics);

/// <summary>Workflows tried without effects: the dry run, and the tests that lie beside them.</summary>
internal static class WorkflowTrialEndpoints
{
    private const string Name = "request";

    private const string ExampleTest = """
        workflow: greet
        tests:
          - name: greets by name
            inputs: { name: Ada }
            expect: { status: success }
        """;

    private static DryRunJson Example { get; } = new(
        Examples.WorkflowKey, 2, "success", 0, ApiJson.Raw("\"Hello, Ada\""), null, ["hello"],
        [new TrialStepJson("hello", "transform", "success", 1, null, null)]);

    public static void MapWorkflowTrials(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/workflows/{key}/dry-run", (Delegate)DryRunAsync).For(Role.Viewer)
            .WithSummary("Say what a run would do, without doing it").TakesBody(body => Read(body)).Answers(200, Example).Fails(404, 422);
        routes.MapPost("/api/workflows/{key}/test", (Delegate)TestAsync).For(Role.Viewer)
            .WithSummary("Run tests of a workflow, without effects and in their own time").TakesText(ContentTypes.Yaml, ExampleTest)
            .Answers(200, new TestAnswerJson(true, 1, 0, [new TestResultJson("greets by name", 3, true, [])], [])).Fails(404);
    }

    private static DryRunRequest Read(RequestBody body) => new()
    {
        Payload = body.Object("payload", "The inputs.", """{"name": "Ada"}""") is { IsNullish: false } payload ? payload : Value.EmptyObject,
        Variables = body.Object("variables", "Over the workflow's own."),
        UserId = body.Text("user_id", ApiLimits.MaxIdLength),
        Results = body.Object("results", "Results of steps that reach outside, by id; others are taken to have the result {\"ok\": true}.") is { IsNullish: false } results ? results : Value.EmptyObject,
        Start = body.Time("start", "When the run begins; now unless said.") ?? DateTime.UtcNow,
    };

    private static async Task<IResult> DryRunAsync(HttpContext http, WorkflowCatalog workflows, string key)
    {
        var (body, problem) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return problem!;
        }

        var request = Read(body);
        if (body.Problem() is { } wrong)
        {
            return wrong;
        }

        if (await workflows.FindAsync(http.User.Tenant(), key, null, http.RequestAborted) is not { } workflow)
        {
            return Problems.Of(StatusCodes.Status404NotFound, "No such workflow", $"There is no workflow '{key}'.");
        }

        var answer = await DryRun.RunAsync(workflow.Definition, request, http.RequestAborted);
        return answer.Run is { } run
            ? Results.Json(ToJson(workflow, run), ApiJson.Readable.DryRunJson)
            : Problems.Of(StatusCodes.Status422UnprocessableEntity, "Wrong inputs", $"The request does not fit workflow '{key}'.", answer.Problems);
    }

    private static async Task<IResult> TestAsync(HttpContext http, WorkflowCatalog workflows, string key)
    {
        var (bytes, problem) = await RequestBody.ReadBytesAsync(http.Request);
        if (bytes is null)
        {
            return problem!;
        }

        if (await workflows.FindAsync(http.User.Tenant(), key, null, http.RequestAborted) is not { } workflow)
        {
            return Problems.Of(StatusCodes.Status404NotFound, "No such workflow", $"There is no workflow '{key}'.");
        }

        var (file, diagnostics) = WorkflowTestFile.Parse(Encoding.UTF8.GetString(bytes), Name);
        var results = new List<TestResultJson>();
        foreach (var test in file?.WorkflowKey == key ? file.Tests : [])
        {
            var result = await WorkflowTester.RunAsync(workflow.Definition, test, http.RequestAborted);
            results.Add(new TestResultJson(result.Name, result.Line, result.Problems.Count == 0, result.Problems));
        }

        if (file is not null && file.WorkflowKey != key)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "Other key", $"The tests are of '{file.WorkflowKey}', the address says '{key}'.");
        }

        var passed = results.Count(result => result.Passed);
        return Results.Json(
            new TestAnswerJson(file is not null && passed == results.Count, passed, results.Count - passed, results, [.. diagnostics.Select(DiagnosticJson.Of)]),
            ApiJson.Readable.TestAnswerJson);
    }

    private static DryRunJson ToJson(LoadedWorkflow workflow, SimulatedRun run) => new(
        workflow.Definition.Key, workflow.Version, run.State.Word(), run.Duration.TotalMilliseconds, ApiJson.Raw(run.Output.ToJson()), run.Error, run.Order,
        [.. run.Steps.Select(step => new TrialStepJson(
            step.Address, TypeOf(workflow.Definition, step), step.State.Word(), step.Attempts, step.Error,
            ApiJson.Raw(run.FirstCallOf(step.Address)?.Input.ToJson())))]);

    private static string TypeOf(WorkflowDefinition definition, SimulatedStep step) => definition.Steps[step.Definition].Action.Type;
}
