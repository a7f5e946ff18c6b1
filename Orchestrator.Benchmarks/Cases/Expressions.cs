using System.Diagnostics;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.States;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>A condition as a step has it, compiled, with the names and results of a run that is in memory.</summary>
internal sealed class Expressions : IBenchmark
{
    private const string Condition = "results[\"fetch\"].quality > 0.8 && inputs.n < 10";
    private const int Rounds = 21;

    public string Name => "expression";

    public Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var evaluations = harness.Options.Scale(100_000);
        var (condition, scope) = Prepare();
        return harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"`{Condition}`, median of {Rounds} rounds of {evaluations}"],
                Unit = "µs",
                IsRate = false,
                Database = "postgres",
                HasWorker = false,
                EndsSessions = true,
                Run = _ => Task.FromResult(new[] { Sample.Of(Enumerable.Range(0, Rounds).Select(_ => Round(condition, scope, evaluations)).ToArray(), 0.5) }),
                Bound = _ => Task.FromResult(5.0),
                BoundIs = "what it may take",
                Per = "evaluation",
                UnitsPerRun = Rounds * evaluations,
            },
            cancellationToken);
    }

    private static (Expression Condition, Func<IScope> Scope) Prepare()
    {
        var definition = WorkflowParser.Parse(
            $$"""
            key: expression
            inputs: { n: { type: number } }
            steps:
              - { id: fetch, type: transform, value: "{quality: 0.9}" }
              - { id: use, type: transform, depends_on: fetch, when: '{{Condition}}', value: 1 }
            """,
            "expression").Definition!;
        var workflow = new LoadedWorkflow(definition, version: 1);
        var memory = new RunMemory(new RunInfo
        {
            Tenant = DispatchRequest.DefaultTenant,
            Id = RunId.New(DateTimeOffset.UtcNow),
            WorkflowKey = definition.Key,
            WorkflowVersion = 1,
            Trigger = "api",
            CreatedAt = DateTime.UtcNow,
        })
        {
            Payload = Value.Object(("n", 3)),
            Variables = Value.EmptyObject,
        };
        memory.Remember(0, new StepMemory(StepState.Success, 1, Value.Object(("quality", 0.9)), Value.Undefined));
        return (definition.Steps[1].When!, () => new StepScope(workflow, memory, number: 1, place: null, attempt: 1));
    }

    /// <summary>Microseconds for each of so many evaluations, each as in an attempt of its own.</summary>
    private static double Round(Expression condition, Func<IScope> scope, int evaluations)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < evaluations; i++)
        {
            if (!condition.Evaluate(scope()).IsTruthy)
            {
                throw new InvalidOperationException("The condition is true.");
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / evaluations;
    }
}
