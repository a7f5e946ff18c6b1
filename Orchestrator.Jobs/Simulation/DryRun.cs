using Orchestrator.Jobs.Definitions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Inputs;
using Orchestrator.Workflows.Testing;

namespace Orchestrator.Jobs.Simulation;

/// <summary>What a dry run is given.</summary>
internal sealed record DryRunRequest
{
    /// <summary>An object.</summary>
    public Value Payload { get; init; } = Value.EmptyObject;

    /// <summary>Over the workflow's own: an object or undefined.</summary>
    public Value Variables { get; init; }

    public string? UserId { get; init; }

    /// <summary>When it begins, in its own time.</summary>
    public required DateTime Start { get; init; }

    /// <summary>Results of steps that reach outside, by id: an object. Others have the result <c>{"ok": true}</c>.</summary>
    public Value Results { get; init; } = Value.EmptyObject;
}

/// <summary>What a dry run has come to: the run, or what is wrong with the request.</summary>
internal sealed record DryRunAnswer(SimulatedRun? Run, IReadOnlyList<InputProblem> Problems);

/// <summary>The plan of a run without its effects: every expression is evaluated, and nothing outside is reached.</summary>
internal static class DryRun
{
    public static async Task<DryRunAnswer> RunAsync(WorkflowDefinition definition, DryRunRequest request, CancellationToken cancellationToken)
    {
        var (inputs, problems) = InputChecker.Check(definition.Inputs, request.Payload);
        var unknown = request.Results.AsObject().Where(one => definition.Steps.All(step => step.Id != one.Key))
            .Select(one => new InputProblem($"results.{one.Key}", "is no step of the workflow"));
        if (problems.Concat(unknown).ToArray() is { Length: > 0 } wrong)
        {
            return new DryRunAnswer(null, wrong);
        }

        var mocks = request.Results.AsObject().ToDictionary(
            one => one.Key, one => (IReadOnlyList<MockAnswer>)[new MockAnswer { Result = one.Value }]);
        return new DryRunAnswer(
            await SimulatedRun.RunAsync(
                new LoadedWorkflow(definition, 1),
                WorkflowTester.Info(definition, request.UserId, request.Start),
                inputs,
                WorkflowTester.Variables(definition, request.Variables),
                new Mocks(mocks, Value.Object(("ok", true))),
                cancellationToken),
            []);
    }
}
