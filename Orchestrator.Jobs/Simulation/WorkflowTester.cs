using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Inputs;
using Orchestrator.Workflows.States;
using Orchestrator.Workflows.Testing;

namespace Orchestrator.Jobs.Simulation;

/// <summary>What has come of a test.</summary>
/// <param name="Name">The test's.</param>
/// <param name="Line">Where it stands.</param>
/// <param name="Problems">What is otherwise than expected; none: it passed.</param>
internal sealed record WorkflowTestResult(string Name, int Line, IReadOnlyList<string> Problems);

/// <summary>Runs the tests that lie beside workflows, in their own time and without the outside.</summary>
internal static class WorkflowTester
{
    public static async Task<WorkflowTestResult> RunAsync(WorkflowDefinition definition, WorkflowTest test, CancellationToken cancellationToken)
    {
        var (inputs, wrong) = InputChecker.Check(definition.Inputs, test.Inputs);
        if (wrong.Count > 0)
        {
            return new WorkflowTestResult(test.Name, test.Line, [.. wrong.Select(problem => $"{problem.Path} {problem.Message}")]);
        }

        if (test.Mocks.Keys.FirstOrDefault(key => !IsStep(definition, key)) is { } unknown)
        {
            return new WorkflowTestResult(test.Name, test.Line, [$"mocks: there is no step `{unknown}`"]);
        }

        var workflow = new LoadedWorkflow(definition, 1);
        var run = await SimulatedRun.RunAsync(
            workflow, Info(definition, test.UserId, test.Start), inputs, Variables(definition, test.Variables), new Mocks(test.Mocks, null), cancellationToken);
        return new WorkflowTestResult(test.Name, test.Line, [.. Problems(run, test.Expect)]);
    }

    /// <summary>What the steps of a simulated run are told of it.</summary>
    public static RunInfo Info(WorkflowDefinition definition, string? userId, DateTime start) => new()
    {
        Tenant = DispatchRequest.DefaultTenant,
        Id = RunId.FirstAt(start),
        WorkflowKey = definition.Key,
        WorkflowVersion = 1,
        UserId = userId,
        Trigger = "test",
        CreatedAt = DateTime.SpecifyKind(start, DateTimeKind.Utc),
    };

    public static Value Variables(WorkflowDefinition definition, Value more) => more.IsNullish
        ? definition.Variables
        : more.AsObject().Aggregate(definition.Variables.IsNullish ? Value.EmptyObject : definition.Variables, (all, one) => all.With(one.Key, one.Value));

    /// <summary>Whether a name is a step's id, or an address that ends with one.</summary>
    private static bool IsStep(WorkflowDefinition definition, string name) =>
        definition.Steps.Any(step => step.Id == name || name.EndsWith($"].{step.Id}", StringComparison.Ordinal));

    private static IEnumerable<string> Problems(SimulatedRun run, Expectation expect)
    {
        var steps = run.Steps.ToDictionary(step => step.Address);
        if (expect.Status is { } status && status != run.State.Word())
        {
            yield return $"the run is {run.State.Word()}, not {status}" + (run.Error is null ? "" : $": {run.Error}");
        }

        if (expect.Error is { } error && run.Error?.Contains(error, StringComparison.Ordinal) != true)
        {
            yield return $"the run's error is {run.Error ?? "none"}; it should hold `{error}`";
        }

        foreach (var (name, expected, found) in Values(run, expect))
        {
            yield return $"{name} is {Shown(found)}, not {Shown(expected)}";
        }

        foreach (var (step, state) in expect.Steps.Where(one => steps.GetValueOrDefault(one.Key)?.State.Word() != one.Value))
        {
            yield return $"step `{step}` is {steps.GetValueOrDefault(step)?.State.Word() ?? "not there"}, not {state}";
        }

        foreach (var (step, attempts) in expect.Attempts.Where(one => (steps.GetValueOrDefault(one.Key)?.Attempts ?? 0) != one.Value))
        {
            yield return $"step `{step}` made {steps.GetValueOrDefault(step)?.Attempts ?? 0} attempts, not {attempts}";
        }

        if (!IsInOrder(run.Order, expect.Order))
        {
            yield return $"the steps began in the order {string.Join(", ", run.Order)}; that is not {string.Join(", ", expect.Order)}";
        }

        if (expect.Duration is { } duration && duration != run.Duration)
        {
            yield return $"the run took {run.Duration.TotalMilliseconds:0} ms, not {duration.TotalMilliseconds:0}";
        }
    }

    private static IEnumerable<(string Name, Value Expected, Value Found)> Values(SimulatedRun run, Expectation expect)
    {
        if (!expect.Output.IsUndefined && !Same(expect.Output, run.Output))
        {
            yield return ("the run's output", expect.Output, run.Output);
        }

        if (!expect.Variables.IsUndefined && !Holds(run.Variables, expect.Variables))
        {
            yield return ("the run's variables", expect.Variables, run.Variables);
        }

        foreach (var (step, result) in expect.Results)
        {
            var found = run.ResultOf(step);
            if (!Same(result, found))
            {
                yield return ($"the result of step `{step}`", result, found);
            }
        }

        foreach (var (step, input) in expect.Inputs)
        {
            var call = run.FirstCallOf(step) ?? run.Calls.FirstOrDefault(one => one.Step.EndsWith($"].{step}", StringComparison.Ordinal));
            if (call is null || !Holds(call.Input, input))
            {
                yield return ($"what step `{step}` got", input, call?.Input ?? Value.Undefined);
            }
        }
    }

    private static bool IsInOrder(IReadOnlyList<string> all, IReadOnlyList<string> wanted)
    {
        var next = 0;
        foreach (var step in all)
        {
            next += next < wanted.Count && wanted[next] == step ? 1 : 0;
        }

        return next == wanted.Count;
    }

    private static bool Same(Value one, Value other) => one.ToJson() == (other.IsUndefined ? Value.Null : other).ToJson() || (Holds(one, other) && Holds(other, one));

    /// <summary>Whether a value has all that is wanted: of objects the members that are named, else all.</summary>
    private static bool Holds(Value value, Value wanted) => (value.Kind, wanted.Kind) switch
    {
        (ValueKind.Object, ValueKind.Object) => wanted.AsObject().All(member => Holds(value[member.Key], member.Value)),
        (ValueKind.Array, ValueKind.Array) => value.AsArray().Count == wanted.AsArray().Count
            && value.AsArray().Zip(wanted.AsArray()).All(pair => Holds(pair.First, pair.Second)),
        (ValueKind.Undefined, _) => wanted.IsNullish,
        // A date is its text in JSON.
        _ => value.ToJson() == wanted.ToJson(),
    };

    private static string Shown(Value value)
    {
        const int most = 500;
        var json = value.IsUndefined ? "nothing" : value.ToJson();
        return json.Length <= most ? json : json[..most] + "…";
    }
}
