using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Simulation;
using Orchestrator.Web.Hosting;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.States;

namespace Orchestrator.Web.Cli;

/// <summary><c>dry-run</c>: what a run would do, without doing it; 1 when it would not succeed, 2 when there is no such workflow.</summary>
internal static class DryRunCommand
{
    public static async Task<int> RunAsync(string fileOrKey, string? payload, CancellationToken cancellationToken)
    {
        var file = File.Exists(fileOrKey)
            ? WorkflowFolder.ReadFile(fileOrKey, StepCatalog.BuiltIn)
            : WorkflowFolder.Read(ServiceSettings.WorkflowsFolder(), StepCatalog.BuiltIn).FirstOrDefault(one => one.Definition?.Key == fileOrKey);
        foreach (var diagnostic in file?.Diagnostics ?? [])
        {
            Console.Error.WriteLine(diagnostic);
        }

        if (file?.Definition is not { } definition)
        {
            Console.Error.WriteLine(file is null
                ? $"There is no file '{fileOrKey}', and no good workflow of that key in {ServiceSettings.WorkflowsFolder()}."
                : $"There is no good workflow '{fileOrKey}'.");
            return 2;
        }

        return await RunAsync(definition, payload, cancellationToken);
    }

    private static async Task<int> RunAsync(WorkflowDefinition definition, string? payload, CancellationToken cancellationToken)
    {
        Value inputs;
        try
        {
            inputs = payload is null ? Value.EmptyObject : Value.Parse(payload);
        }
        catch (System.Text.Json.JsonException e)
        {
            Console.Error.WriteLine($"--payload is no JSON: {e.Message}");
            return 2;
        }

        var trial = await DryRun.RunAsync(definition, new DryRunRequest { Payload = inputs, Start = DateTime.UtcNow }, cancellationToken);
        foreach (var problem in trial.Problems)
        {
            Console.Error.WriteLine($"{problem.Path} {problem.Message}");
        }

        if (trial.Run is not { } run)
        {
            return 1;
        }

        foreach (var step in run.Steps)
        {
            var call = run.FirstCallOf(step.Address);
            Console.WriteLine($"{step.Address}  {step.State.Word()}{(call is null ? "" : $"  {call.Input.ToJson()}")}");
        }

        Console.WriteLine($"{run.State.Word()} after {run.Duration.TotalMilliseconds:0} ms of its own time{(run.Error is null ? "" : $": {run.Error}")}");
        Console.WriteLine(run.Output.ToJson());
        return run.State == RunState.Success ? 0 : 1;
    }
}
