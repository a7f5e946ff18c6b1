using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Jobs.Queries;

namespace Orchestrator.Web.Api;

internal sealed record DispatchAnswer(bool Ok, Guid WorkflowRunId, string Status)
{
    /// <summary>Why it was cancelled at once; absent: it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}

internal sealed record RunPage(IReadOnlyList<RunSummary> Items, Guid? NextCursor);

/// <summary>A run as lists show it.</summary>
internal record RunSummary
{
    public required Guid WorkflowRunId { get; init; }

    public required string WorkflowKey { get; init; }

    public required int Version { get; init; }

    public required string Status { get; init; }

    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    public required string Trigger { get; init; }

    public Guid? TriggerEventId { get; init; }

    /// <summary>The run whose step has started it; null: none did.</summary>
    public Guid? ParentRunId { get; init; }

    /// <summary>The run that it goes on from; null: it began by itself.</summary>
    public Guid? RestartedFrom { get; init; }

    public required int Priority { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? ScheduledAt { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    public static RunSummary Of(RunRow run) => new()
    {
        WorkflowRunId = run.WorkflowRunId,
        WorkflowKey = run.WorkflowKey,
        Version = run.WorkflowVersion,
        Status = run.Status,
        UserId = run.UserId,
        IntentId = run.IntentId,
        Trigger = run.Trigger,
        TriggerEventId = run.TriggerEventId,
        ParentRunId = run.ParentRunId,
        RestartedFrom = run.RestartedFrom,
        Priority = run.Priority,
        CreatedAt = run.CreatedAt,
        ScheduledAt = run.ScheduledAt,
        StartedAt = run.StartedAt,
        FinishedAt = run.FinishedAt,
    };
}

/// <summary>A run with its steps.</summary>
internal sealed record RunDetail : RunSummary
{
    public RunDetail()
    {
    }

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    private RunDetail(RunSummary run, IReadOnlyList<StepJson> steps, RunMetrics metrics)
        : base(run) => (Steps, Metrics) = (steps, metrics);

    // Behind those of the summary.
    [JsonPropertyOrder(1)]
    public JsonElement? Payload { get; init; }

    [JsonPropertyOrder(1)]
    public JsonElement? Variables { get; init; }

    [JsonPropertyOrder(1)]
    public required IReadOnlyList<StepJson> Steps { get; init; }

    /// <summary>What the run's agents have handed on.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<HandoffJson> Handoffs { get; init; } = [];

    [JsonPropertyOrder(1)]
    public JsonElement? Output { get; init; }

    [JsonPropertyOrder(1)]
    public RunErrorJson? Error { get; init; }

    [JsonPropertyOrder(1)]
    public required RunMetrics Metrics { get; init; }

    public static RunDetail Of(
        RunRow run, IReadOnlyList<StepRunRow> steps, IReadOnlyDictionary<string, string> types, IReadOnlyList<HandoffJson> handoffs) => new(
        Of(run), [.. steps.Select(step => StepJson.Of(step, types.GetValueOrDefault(step.DefinitionId)))], RunMetrics.Of(run, steps))
        {
            Payload = ApiJson.Raw(run.Payload),
            Variables = ApiJson.Raw(run.Variables),
            Handoffs = handoffs,
            Output = ApiJson.Raw(run.Output),
            Error = run.Error is null ? null : JsonSerializer.Deserialize(run.Error, ApiJson.Readable.RunErrorJson),
        };
}

internal sealed record StepJson
{
    public required string StepId { get; init; }

    public string? Type { get; init; }

    public required Guid JobId { get; init; }

    public required string Status { get; init; }

    public string? WaitingFor { get; init; }

    /// <summary>Of a step that waits for an approval: what is asked.</summary>
    public string? Prompt { get; init; }

    /// <summary>The step of the run that this one goes on from, whose end and result are taken over; null: it is the run's own.</summary>
    public Guid? TakenFrom { get; init; }

    public required int Attempts { get; init; }

    public required int MaxAttempts { get; init; }

    public DateTime? NextRunAt { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    public JsonElement? Output { get; init; }

    public string? Error { get; init; }

    public static StepJson Of(StepRunRow step, string? type) => new()
    {
        StepId = step.StepId,
        Type = type,
        JobId = step.JobId,
        Status = step.Status,
        WaitingFor = step.WaitingFor,
        Prompt = step.Prompt,
        TakenFrom = step.TakenFrom,
        Attempts = step.Attempts,
        MaxAttempts = step.MaxAttempts,
        NextRunAt = step.NextRunAt,
        StartedAt = step.StartedAt,
        FinishedAt = step.FinishedAt,
        Output = ApiJson.Raw(step.Output),
        Error = step.Error,
    };
}

/// <summary>Why a run failed.</summary>
/// <param name="Message">What went wrong.</param>
/// <param name="StepId">The step whose end decided it; null: the run as a whole.</param>
/// <param name="AgentId">The agent that the step was, or was to be, given to; null: none, or one that is there without a row.</param>
/// <param name="Timestamp">When.</param>
/// <param name="Attempts">Attempts that the step had.</param>
internal sealed record RunErrorJson(
    string Message, string? StepId, [property: JsonConverter(typeof(AgentIdConverter))] long? AgentId, DateTime Timestamp, int Attempts);

/// <summary>A number; runs of earlier versions have it as text, or the name of an agent without a row.</summary>
internal sealed class AgentIdConverter : JsonConverter<long?>
{
    public override long? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.GetInt64(),
        JsonTokenType.String when long.TryParse(reader.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    public override void Write(Utf8JsonWriter writer, long? value, JsonSerializerOptions options)
    {
        if (value is { } number)
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}

/// <summary>Durations in milliseconds; null while there is nothing to measure.</summary>
internal sealed record RunMetrics(double? TotalMs, double? AverageStepMs, int Steps, int FailedAttempts)
{
    public static RunMetrics Of(RunRow run, IReadOnlyList<StepRunRow> steps)
    {
        var took = steps.Where(step => step is { StartedAt: not null, FinishedAt: not null })
            .Select(step => (step.FinishedAt!.Value - step.StartedAt!.Value).TotalMilliseconds)
            .ToArray();
        return new RunMetrics(
            run.FinishedAt is { } end ? (end - (run.StartedAt ?? run.CreatedAt)).TotalMilliseconds : null,
            took.Length > 0 ? took.Average() : null,
            steps.Count,
            steps.Sum(step => step.FailedAttempts));
    }
}

/// <summary>JSON of the API: snake_case, times ISO 8601 UTC.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(DispatchAnswer))]
[JsonSerializable(typeof(RestartAnswer))]
[JsonSerializable(typeof(RunPage))]
[JsonSerializable(typeof(RunDetail))]
[JsonSerializable(typeof(RunErrorJson))]
[JsonSerializable(typeof(SignalSentJson))]
[JsonSerializable(typeof(ApprovalJson))]
[JsonSerializable(typeof(MoreItemsJson))]
[JsonSerializable(typeof(AttemptList))]
[JsonSerializable(typeof(LogList))]
[JsonSerializable(typeof(HandoffList))]
[JsonSerializable(typeof(AlertPage))]
[JsonSerializable(typeof(GraphJson))]
[JsonSerializable(typeof(JobPage))]
[JsonSerializable(typeof(DecisionAnswer))]
[JsonSerializable(typeof(WhyJson))]
[JsonSerializable(typeof(SnapshotJson))]
[JsonSerializable(typeof(SnapshotList))]
[JsonSerializable(typeof(SnapshotDiff))]
[JsonSerializable(typeof(OrderAnswer))]
[JsonSerializable(typeof(BulkAnswer))]
[JsonSerializable(typeof(LockPage))]
[JsonSerializable(typeof(WorkflowPage))]
[JsonSerializable(typeof(WorkflowJson))]
[JsonSerializable(typeof(WorkflowPut))]
[JsonSerializable(typeof(WorkflowWithdrawn))]
[JsonSerializable(typeof(WorkflowVersionPage))]
[JsonSerializable(typeof(WorkflowDiffJson))]
[JsonSerializable(typeof(DryRunJson))]
[JsonSerializable(typeof(TestAnswerJson))]
[JsonSerializable(typeof(ValidationAnswer))]
[JsonSerializable(typeof(EventAnswer))]
[JsonSerializable(typeof(EventPage))]
[JsonSerializable(typeof(EventDetail))]
[JsonSerializable(typeof(WorkerAnswer))]
[JsonSerializable(typeof(CronAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(HelperAnswer))]
[JsonSerializable(typeof(RateLimitJson))]
[JsonSerializable(typeof(TokenAnswerJson))]
[JsonSerializable(typeof(AgentPage))]
[JsonSerializable(typeof(AgentDeleted))]
[JsonSerializable(typeof(AgentEventPage))]
[JsonSerializable(typeof(AgentEventsAnswer))]
[JsonSerializable(typeof(CycleTriggered))]
[JsonSerializable(typeof(CyclePage))]
[JsonSerializable(typeof(CycleStatus))]
[JsonSerializable(typeof(CycleWhy))]
[JsonSerializable(typeof(SimulationJson))]
[JsonSerializable(typeof(ApiKeyJson))]
[JsonSerializable(typeof(ApiKeyPage))]
[JsonSerializable(typeof(NewApiKeyJson))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Quotes and letters as they are: it is read in terminals, and sent as nothing but JSON.</summary>
    public static ApiJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>A document of the database as it is.</summary>
    public static JsonElement? Raw(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
