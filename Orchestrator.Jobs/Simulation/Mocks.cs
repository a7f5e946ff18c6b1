using System.Collections.Concurrent;
using System.Reflection;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Testing;

namespace Orchestrator.Jobs.Simulation;

/// <summary>Answers in the place of what a step would call, and notes what the step gave it.</summary>
/// <param name="mocks">By a step's id, or its address; for each attempt the next answer, the last one again and again.</param>
/// <param name="assumed">The answer of a step without a mock; null: such a step fails.</param>
internal sealed class Mocks(IReadOnlyDictionary<string, IReadOnlyList<MockAnswer>> mocks, Value? assumed)
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Settings = new();
    private readonly Dictionary<string, int> _calls = [];
    private readonly List<MockCall> _all = [];
    private readonly Dictionary<string, MockCall> _firsts = [];

    /// <summary>In the order in which they were made.</summary>
    public IReadOnlyList<MockCall> Calls => _all;

    /// <summary>The first call of the step with this address; null: none.</summary>
    public MockCall? FirstOf(string address) => _firsts.GetValueOrDefault(address);

    /// <summary>One for each type of step that reaches outside, or waits for something from there.</summary>
    public static IEnumerable<Type> Types { get; } =
        [.. typeof(StepAction).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(StepAction)) && !type.IsAbstract)];

    public MockCall Answer(StepAttempt attempt)
    {
        var input = Input(attempt);
        var key = mocks.ContainsKey(attempt.Address) ? attempt.Address : attempt.Step.Id;
        var number = _calls[key] = _calls.GetValueOrDefault(key) + 1;
        var call = mocks.TryGetValue(key, out var answers) ? new MockCall(attempt.Address, input, Result(answers[Math.Min(number, answers.Count) - 1], attempt.Step), Took(answers[Math.Min(number, answers.Count) - 1], attempt.Step))
            : assumed is { } answer ? new MockCall(attempt.Address, input, new AttemptSucceeded(answer), TimeSpan.Zero)
            : new MockCall(attempt.Address, input, Unexpected(attempt), TimeSpan.Zero);
        _all.Add(call);
        _firsts.TryAdd(call.Step, call);
        return call;
    }

    private static AttemptFailed Unexpected(StepAttempt attempt) => new(new Failure(
        FailureKind.Invalid, $"Step '{attempt.Address}' was started, and there is no mock for it."));

    private static bool IsLate(MockAnswer answer, StepDefinition step) => answer.After > step.Timeout;

    private static TimeSpan Took(MockAnswer answer, StepDefinition step) => IsLate(answer, step) ? step.Timeout!.Value : answer.After;

    private static AttemptResult Result(MockAnswer answer, StepDefinition step) =>
        IsLate(answer, step) && step.Action is ControlAction ? Deadline.Over(step)
        : IsLate(answer, step) ? new AttemptFailed(new Failure(FailureKind.Timeout, $"No end within {step.Timeout!.Value.TotalMilliseconds:0} ms (timeout_ms of step '{step.Id}')."))
        : answer.Error is { } error ? new AttemptFailed(new Failure(Kind(answer), error, answer.Status, answer.RetryAfter))
        : answer.Status is >= 400 and var status ? new AttemptFailed(new Failure(FailureKind.Status, $"The answer was {status}.", status, answer.RetryAfter))
        : new AttemptSucceeded(answer.Result, StatusCode: answer.Status);

    private static FailureKind Kind(MockAnswer answer) => answer.Kind switch
    {
        "timeout" => FailureKind.Timeout,
        "network" => FailureKind.Network,
        "not_ok" => FailureKind.NotOk,
        "accuracy" => FailureKind.Accuracy,
        "script_error" => FailureKind.Script,
        "invalid" => FailureKind.Invalid,
        _ => answer.Status is null ? FailureKind.Unexpected : FailureKind.Status,
    };

    /// <summary>The step's settings as they came to, by the names that the file gives them.</summary>
    private static Value Input(StepAttempt attempt)
    {
        if (attempt.Step.Action is OwnAction own)
        {
            return Value.Object(own.Config.Select(field => KeyValuePair.Create(field.Key, Rendered(field.Value, attempt))));
        }

        var settings = Settings.GetOrAdd(attempt.Step.Action.GetType(), type =>
            [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.PropertyType == typeof(Template))]);
        return Value.Object(settings
            .Select(property => (property.Name, Template: (Template?)property.GetValue(attempt.Step.Action)))
            .Where(setting => setting.Template is not null)
            .Select(setting => KeyValuePair.Create(SnakeCase(setting.Name), Rendered(setting.Template!, attempt))));
    }

    private static Value Rendered(Template template, StepAttempt attempt) => template.Render(attempt.Scope) is { IsUndefined: false } value ? value : Value.Null;

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, index) => char.IsUpper(c) ? (index > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));
}

/// <summary>A call that a mock has answered.</summary>
/// <param name="Step">Address of the step.</param>
/// <param name="Input">What it got.</param>
/// <param name="Result">What it answered.</param>
/// <param name="Took">How long that took.</param>
internal sealed record MockCall(string Step, Value Input, AttemptResult Result, TimeSpan Took);

/// <summary>Stands in for the executor of one type of step.</summary>
internal sealed class MockExecutor(Type action, Mocks mocks) : IStepExecutor
{
    public Type Action => action;

    /// <summary>The newest answer.</summary>
    public ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken) => new(mocks.Answer(attempt).Result);
}
