using System.Text;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Scripts;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Executors;

/// <summary>Runs JavaScript in the sandbox.</summary>
internal sealed class ScriptExecutor(Sandbox sandbox, ModuleFolder modules, OrchestratorOptions options, TimeProvider time) : IStepExecutor
{
    public Type Action => typeof(ScriptAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (ScriptAction)attempt.Step.Action;
        if (Problem(action) is { } problem)
        {
            return Failed(FailureKind.Invalid, problem);
        }

        try
        {
            return await sandbox.RunAsync(Request(action, attempt), attempt.Log.Write, cancellationToken) switch
            {
                ScriptReturned returned => new AttemptSucceeded(returned.Result),
                ScriptFailed { Problem: ScriptProblem.Invalid } failed => Failed(FailureKind.Invalid, failed.Message),
                ScriptFailed { Problem: ScriptProblem.Lost } failed => Failed(FailureKind.Unexpected, failed.Message),
                ScriptFailed failed => Failed(FailureKind.Script, failed.Message),
                var other => throw new InvalidOperationException($"{other} is no outcome of a script."),
            };
        }
        catch (SandboxUnavailableException e)
        {
            return Failed(FailureKind.Invalid, e.Message);
        }
    }

    private string? Problem(ScriptAction action)
    {
        var bytes = Encoding.UTF8.GetByteCount(action.Script);
        return bytes > options.Scripts.MaxSourceBytes
            ? $"The script has {bytes} bytes; {options.Scripts.MaxSourceBytes} are allowed (Orchestrator:Scripts:MaxSourceBytes)."
            : action.MemoryMb > options.Scripts.MaxMemoryMb
                ? $"The step's memory_mb is {action.MemoryMb}; {options.Scripts.MaxMemoryMb} are allowed (Orchestrator:Scripts:MaxMemoryMb)."
                : null;
    }

    private ScriptRequest Request(ScriptAction action, StepAttempt attempt) => new()
    {
        Script = action.Script,
        MemoryMb = action.MemoryMb ?? options.Scripts.MemoryMb,
        MaxResult = options.MaxResponseBytes,
        MaxLines = AttemptLog.MaxLines,
        AllowedModules = action.AllowedModules,
        Modules = modules.Read(action.Script, action.AllowedModules),
        Given = Value.Object(
            (RootNames.Results, attempt.Scope.Resolve(RootNames.Results)),
            (RootNames.Variables, attempt.Scope.Resolve(RootNames.Variables)),
            (RootNames.Inputs, attempt.Scope.Resolve(RootNames.Inputs)),
            (RootNames.Run, attempt.Scope.Resolve(RootNames.Run)),
            ("startTime", time.GetUtcNow().ToUnixTimeMilliseconds())),
    };

    private static AttemptFailed Failed(FailureKind kind, string message) => new(new Failure(kind, message));
}
