using System.Text.Json;
using Orchestrator.Jobs.Autonomous;

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
    public static Guid Signal => EventId;

    public static DateTime Time => Start;

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

    private static readonly CycleJson OneCycle = new()
    {
        Id = 7,
        JobType = "manual",
        Status = "completed",
        Phase = "ended",
        Priority = 1,
        ScheduledAt = Start,
        StartedAt = Start,
        CompletedAt = End,
        TotalAgentsProcessed = 25,
        TotalWorkflowsEvaluated = 150,
        TotalWorkflowsExecuted = 31,
        ExecutionTimeMs = 240,
        Workflows = Json("""[{"key": "feed_review", "version": 1}]"""),
        CreatedAt = Start,
        UpdatedAt = End,
    };

    private const string Scored =
        """{"type": "feed_review", "order": 1, "base_threshold": 0.6, "score": 0.41, "threshold": 0.552, "eligible": false, "error": null}""";

    public static CycleTriggered Triggered { get; } = new(true, "Autonomous job triggered", 7);

    public static CyclePage Cycles { get; } = new([OneCycle], null);

    public static CycleStatus CycleStatus { get; } = new(
        OneCycle,
        new CycleStats { TotalEvaluations = 25, CompletedEvaluations = 25, FailedEvaluations = 0, AgentsWithWorkflows = 12 },
        [new CycleExecutions { WorkflowType = "feed_review", ExecutionStatus = "completed", Count = 12 }]);

    public static CycleWhy CycleWhy { get; } = new()
    {
        JobId = 7,
        AgentId = 3,
        WorkflowType = "feed_review",
        Started = false,
        Reason = "Its score 0.41 is below its threshold 0.552, which is 0.6 × (1 + (0.42 − 0.5)).",
        Evaluation = new EvaluationJsonView
        {
            Status = "completed",
            Username = "ada",
            LastActivityCount = 50,
            ActivityFreshnessHours = 1.5,
            ActivityFreshness = 0.5,
            AgentOnlineProbability = 0.34,
            OverallReadinessScore = 0.42,
            EvaluationTimeMs = 0.2,
            EvaluatedAt = Start,
            Workflows = Json($"[{Scored}]"),
        },
        Workflow = Json(Scored),
    };

    public static SimulationJson Simulated { get; } = new(
        25, false, new Dictionary<string, int> { ["feed_review"] = 12 },
        [
            new SimulatedAgentJson
            {
                AgentId = 3, Username = "ada", LastActivityCount = 50, ActivityFreshnessHours = 1.5, ActivityFreshness = 0.5,
                AgentOnlineProbability = 0.34, OverallReadinessScore = 0.42, Workflows = Json($"[{Scored}]"),
            },
        ]);

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
        Handoffs = [],
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
    ], null);

    public static HandoffList Handoffs { get; } = new(
    [
        new HandoffJson(
            new HandoffEndJson("research", 7, "mira"), [new HandoffEndJson("write", null, null)], End, Json("""{"facts": 3}"""),
            new HandoffMetadataJson(95, ["fact-check"], 240)),
    ], null);

    private static readonly AlertJson OneAlert = new()
    {
        AlertId = EventId,
        Status = "open",
        WorkflowRunId = RunId,
        StepId = "tell",
        Severity = "warning",
        Type = "notify",
        Message = "Only three sources were found.",
        CreatedAt = Start,
    };

    public static AlertJson Acknowledged { get; } = OneAlert with { Status = "acknowledged", AcknowledgedAt = End, AcknowledgedBy = "ci" };

    public static AlertPage Alerts { get; } = new([OneAlert], null);

    public static LogList Logs { get; } = new([new LogLineJson(Start, "call", 1, "info", "POST http://agents/functions/v1/agent-proxy/notify → 200", null)], null);

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

    public static RestartAnswer Restarted { get; } = new(true, RunId, "pending", new Guid("01890a5d-ac96-774b-bcce-b30209000000"));

    public static OrderAnswer Ordered { get; } = new(true, RunId, "cancelled");

    public static WhyJson Why { get; } = new(
        "hello", "waiting", "Step 'hello' is waiting: it depends on 'fetch', which is running.",
        [new Orchestrator.Jobs.Control.WhyReason("steps", "it depends on 'fetch', which is running") { StepId = "fetch", Status = "running" }]);

    public static SnapshotJson OneSnapshot { get; } = new(
        1, Start, "ci", "running", Json("""{"n": 1}"""), Json("""{"hello": {"status": "running", "attempts": 1, "job_id": "01936d1e-0000-7000-8000-000000000001", "result": null}}"""));

    public static SnapshotDiff SnapshotsCompared { get; } = new(1, 2, [new ChangeJson("n", Json("1"), Json("2"))], []);

    public static BulkAnswer Bulk { get; } = new(true, "cancel", 12, null);

    public static LockPage Locks { get; } = new(
        [new LockJson("autonomous_job_execution", "node-1:4711", 17, Start, Start.AddMinutes(5), 300_000, Json("{}"))], null);

    public static AgentJson Agent { get; } = new(
        7, "mira", "Reads a lot and asks good questions.", "You are Mira. Be curious and brief.", ["write", "summarise"], null, null, "active", Start, Start);

    public static AgentPage Agents { get; } = new([Agent], null);

    public static AgentEventPage AgentEvents { get; } = new(
        [new AgentEventJson(12, "post_liked", Json("""{"post_id": "post-4"}"""), RunId, End), new AgentEventJson(11, "feed_reviewed", Json("{}"), null, Start)], null);

    public static AgentEventsAnswer AgentEventsAdded { get; } = new([new AgentEventJson(12, "post_liked", Json("""{"post_id": "post-4"}"""), null, End)]);

    public static GraphJson Graph { get; } = new(
        [
            new GraphNodeJson("hello", null, "transform", "success", null, 1, Start, End),
            new GraphNodeJson("shout", null, "transform", "success", null, 1, End, End),
        ],
        [new GraphEdgeJson("hello", "shout", "depends_on")]);

    private static JsonElement? Json(string json) => ApiJson.Raw(json);
}
