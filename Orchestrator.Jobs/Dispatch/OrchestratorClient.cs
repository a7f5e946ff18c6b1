using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Inputs;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Dispatch;

/// <summary>
/// The host's side of the orchestrator. Made before the database is open, as whatever it is injected into may be, and
/// looking for it when it is called.
/// </summary>
internal sealed class OrchestratorClient(IServiceProvider services) : IOrchestrator
{
    private const string KeyScope = "code";
    private const int MaxKeyLength = 255;
    private const int MaxLimit = 1000;
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private Dispatcher Dispatcher => services.GetRequiredService<Dispatcher>();

    private RunQueries Runs => services.GetRequiredService<RunQueries>();

    public async Task<DispatchedRun> DispatchAsync(RunRequest request, CancellationToken cancellationToken) =>
        Answer(await Dispatcher.DispatchAsync(Translate(request, 0), cancellationToken));

    public async Task<DispatchedRun> DispatchAsync(RunRequest request, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await DispatchManyAsync([request], transaction, cancellationToken))[0];

    public async Task<IReadOnlyList<DispatchedRun>> DispatchManyAsync(IReadOnlyList<RunRequest> requests, CancellationToken cancellationToken) =>
        Answers(await Dispatcher.DispatchAllAsync([.. requests.Select(Translate)], cancellationToken));

    public async Task<IReadOnlyList<DispatchedRun>> DispatchManyAsync(
        IReadOnlyList<RunRequest> requests, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        Answers(await Dispatcher.DispatchAllAsync([.. requests.Select(Translate)], transaction, cancellationToken));

    public async Task<WorkflowRun?> FindAsync(Guid run, string tenant, CancellationToken cancellationToken) =>
        await Runs.FindAsync(tenant, new RunId(run), cancellationToken) is { } row ? Of(row) : null;

    public async Task<RunPage> ListAsync(RunQuery query, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, MaxLimit);
        var (items, next) = await Runs.ListAsync(
            new RunFilter
            {
                Tenant = query.Tenant,
                Status = query.State?.Word(),
                WorkflowKey = query.WorkflowKey,
                UserId = query.UserId,
                IntentId = query.IntentId,
                From = query.From?.UtcDateTime,
                To = query.To?.UtcDateTime,
                Before = query.After ?? Guid.AllBitsSet,
                Limit = query.Limit,
            },
            cancellationToken);
        return new RunPage([.. items.Select(Of)], next);
    }

    public async Task<IReadOnlyList<WorkflowStep>> GetStepsAsync(Guid run, string tenant, CancellationToken cancellationToken) =>
        [.. (await Runs.StepsAsync(tenant, new RunId(run), cancellationToken)).Select(Of)];

    public async Task<WorkflowRun> WaitAsync(Guid run, string tenant, CancellationToken cancellationToken)
    {
        for (var pause = FirstLook; ; pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause)
        {
            var found = await FindAsync(run, tenant, cancellationToken) ?? throw new KeyNotFoundException($"There is no run {run}.");
            if (found.HasEnded)
            {
                return found;
            }

            await Task.Delay(pause, cancellationToken);
        }
    }

    private static DispatchRequest Translate(RunRequest request, int index)
    {
        var translated = new DispatchRequest
        {
            Tenant = request.Tenant,
            WorkflowKey = request.WorkflowKey,
            Version = request.Version,
            UserId = request.UserId,
            IntentId = request.IntentId,
            Payload = ValueOf(request.Payload, "payload", index),
            Variables = ValueOf(request.Variables, "variables", index),
            Priority = request.Priority,
            ScheduledAt = request.ScheduledAt?.UtcDateTime,
            Trigger = "code",
        };
        return translated with { Key = KeyOf(request, translated, index) };
    }

    private static IdempotencyKey? KeyOf(RunRequest request, DispatchRequest translated, int index)
    {
        if (request.IdempotencyKey is not { } key)
        {
            return null;
        }

        return key.Length is 0 or > MaxKeyLength
            ? throw Wrong("idempotency_key", $"has to have 1 to {MaxKeyLength} characters", index)
            : new IdempotencyKey(KeyScope, key, SHA256.HashData(Encoding.UTF8.GetBytes(Value.Object(
                ("workflow_key", request.WorkflowKey),
                ("version", request.Version is { } version ? version : Value.Null),
                ("user_id", request.UserId),
                ("intent_id", request.IntentId),
                ("payload", translated.Payload),
                ("variables", translated.Variables),
                ("priority", request.Priority is { } priority ? priority : Value.Null),
                ("scheduled_at", translated.ScheduledAt?.ToString("O"))).ToJson())));
    }

    private static Value ValueOf(object? given, string name, int index)
    {
        try
        {
            return LibraryJson.ValueOf(given);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw Wrong(name, $"can't be written as JSON: {e.Message}", index);
        }
    }

    private static DispatchRefusedException Wrong(string path, string message, int index) => new(new DispatchRefused(
        DispatchRefusal.InvalidInput, $"The request is wrong: {path} {message}.", [new InputProblem(path, message)])
    { Index = index });

    private static IReadOnlyList<DispatchedRun> Answers(IReadOnlyList<DispatchOutcome> outcomes) =>
        outcomes.OfType<DispatchRefused>().FirstOrDefault() is { } refused
            ? throw new DispatchRefusedException(refused)
            : [.. outcomes.Select(Answer)];

    private static DispatchedRun Answer(DispatchOutcome outcome) => outcome switch
    {
        Dispatched dispatched => new DispatchedRun(dispatched.Run.Value, dispatched.IsReplay),
        DispatchRefused refused => throw new DispatchRefusedException(refused),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };

    private static WorkflowRun Of(RunRow row) => new()
    {
        RunId = row.WorkflowRunId,
        WorkflowKey = row.WorkflowKey,
        WorkflowVersion = row.WorkflowVersion,
        State = StateWords.RunStateOf(row.Status),
        Trigger = row.Trigger,
        UserId = row.UserId,
        IntentId = row.IntentId,
        Priority = row.Priority,
        OpenSteps = row.OpenSteps,
        CreatedAt = row.CreatedAt,
        ScheduledAt = row.ScheduledAt,
        StartedAt = row.StartedAt,
        FinishedAt = row.FinishedAt,
        Payload = Json(row.Payload),
        Output = Json(row.Output),
        Error = Json(row.Error),
    };

    private static WorkflowStep Of(StepRunRow row) => new()
    {
        StepId = row.StepId,
        State = StateWords.StepStateOf(row.Status),
        WaitingFor = row.WaitingFor,
        Attempts = row.Attempts,
        MaxAttempts = row.MaxAttempts,
        NextRunAt = row.NextRunAt,
        StartedAt = row.StartedAt,
        FinishedAt = row.FinishedAt,
        Output = Json(row.Output),
        Error = row.Error,
    };

    private static JsonElement? Json(string? text)
    {
        if (text is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
