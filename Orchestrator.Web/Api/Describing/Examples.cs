using System.Text.Json;

namespace Orchestrator.Web.Api.Describing;

/// <summary>Answers as they look, for the OpenAPI document: of the types that are sent, so that they can't differ from them.</summary>
internal static class Examples
{
    public const string WorkflowKey = "greet";
    public const string Workflow = """
        key: greet
        inputs:
          name: { type: string, required: true }
        steps:
          - id: hello
            type: transform
            value: "hello {{ inputs.name }}"
        """;

    private static readonly Guid RunId = Guid.Parse("019aa4c0-7b00-7a31-8d52-6f0c1e000000");
    private static readonly Guid JobId = Guid.Parse("019aa4c0-7b00-7a31-8d52-6f0c1e000001");
    private static readonly DateTime Start = new(2026, 11, 21, 7, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime End = Start.AddMilliseconds(240);

    private static readonly Guid EventId = Guid.Parse("019aa4c0-7b00-7a31-8d52-6f0c1e0000ff");

    private static readonly EventJson OneEvent = new()
    {
        EventId = EventId,
        Type = EventType,
        UserId = "ada",
        Payload = Json("""{"mood": 2}"""),
        CreatedAt = Start,
        DispatchedAt = Start,
        Errors = [],
    };

    public static DispatchAnswer Dispatched { get; } = new(true, RunId, "pending");

    public const string EventType = "mood_noted";

    public static EventAnswer Reported { get; } = new(EventId, [new StartedRunJson(WorkflowKey, RunId)], []);

    public static EventPage Events { get; } = new([OneEvent], null);

    public static EventDetail Event { get; } = new(OneEvent, [new EventRunJson(WorkflowKey, RunId, "success")]);

    public static CronAnswer CaughtUp { get; } = new(true, [new CronRunJson(WorkflowKey, RunId, Start)]);

    public static RunPage Runs { get; } = new(
    [
        new RunSummary
        {
            WorkflowRunId = RunId, WorkflowKey = WorkflowKey, Version = 1, Status = "success", UserId = "ada", Trigger = "api", Priority = 3,
            CreatedAt = Start, StartedAt = Start, FinishedAt = End,
        },
    ], null);

    public static RunDetail Run { get; } = new()
    {
        WorkflowRunId = RunId,
        WorkflowKey = WorkflowKey,
        Version = 1,
        Status = "success",
        UserId = "ada",
        Trigger = "api",
        Priority = 3,
        CreatedAt = Start,
        StartedAt = Start,
        FinishedAt = End,
        Payload = Json("""{"name": "Ada"}"""),
        Variables = Json("{}"),
        Output = Json("\"hello Ada\""),
        Metrics = new RunMetrics(240, 240, 1, 0),
        Steps =
        [
            new StepJson
            {
                StepId = "hello", Type = "transform", JobId = JobId, Status = "success", Attempts = 1, MaxAttempts = 5, StartedAt = Start,
                FinishedAt = End, Output = Json("\"hello Ada\""),
            },
        ],
    };

    public static AttemptList Attempts { get; } = new(
    [
        new AttemptJson { AttemptId = JobId, StepId = "hello", Attempt = 1, StartedAt = Start, FinishedAt = End, Success = true },
    ]);

    public static LogList Logs { get; } = new([new LogLineJson(Start, "call", 1, "info", "POST http://agents/functions/v1/agent-proxy/notify → 200", null)]);

    public static WorkflowJson StoredWorkflow { get; } = new()
    {
        WorkflowKey = WorkflowKey,
        Version = 1,
        Source = "greet.yml",
        CreatedAt = Start,
        Steps = ["hello"],
        Content = Workflow,
    };

    public static WorkflowPage Workflows { get; } = new([StoredWorkflow with { Content = null }], null);

    public static WorkflowVersionPage Versions { get; } = new([new WorkflowVersionJson(2, true, null, End), new WorkflowVersionJson(1, false, "greet.yml", Start)], null);

    public static ValidationAnswer Validation { get; } = new(
        false, null, [new DiagnosticJson("error", 3, 24, "steps[0].metod", "`metod` is not known", "Did you mean `method`?")]);

    public static ApiKeyJson Key { get; } =
        new(JobId, "ci", "operator", "ork_3f9a1c07", Start, "admin key", End, Start.AddDays(90), null);

    public static NewApiKeyJson NewKey { get; } = new(JobId, "ci", "operator", "ork_3f9a1c07", "ork_3f9a1c07…", Start.AddDays(90));

    public static JobPage Jobs { get; } = new(
    [
        new JobJson
        {
            JobId = JobId, WorkflowRunId = RunId, WorkflowKey = WorkflowKey, RunStatus = "failed", StepId = "hello", Status = "dead", Priority = 3,
            Queue = "default", Attempts = 5, UsedAttempts = 5, MaxAttempts = 5, Resets = 0, CreatedAt = Start, StartedAt = Start, FinishedAt = End,
            Error = "503 Service Unavailable",
        },
    ], null);

    public static DecisionAnswer Decided { get; } = new(true, JobId, RunId, "hello", "queued", "running");

    public static LockPage Locks { get; } = new(
        [new LockJson("autonomous_job_execution", "node-1:4711", 17, Start, Start.AddMinutes(5), 300_000, Json("{}"))], null);

    public static GraphJson Graph { get; } = new(
        [
            new GraphNodeJson("hello", null, "transform", "success", null, 1, Start, End),
            new GraphNodeJson("shout", null, "transform", "success", null, 1, End, End),
        ],
        [new GraphEdgeJson("hello", "shout", "depends_on")]);

    private static JsonElement? Json(string json) => ApiJson.Raw(json);
}
