using Orchestrator.Jobs.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Inputs;

namespace Orchestrator.Jobs.Dispatch;

/// <summary>Whether a request fits the workflow that it asks for.</summary>
internal static class RequestCheck
{
    private const int MaxIdLength = 200;

    /// <summary>The inputs as the run gets them, and what does not fit.</summary>
    /// <param name="workflow">That is to be run.</param>
    /// <param name="request">What is given to it.</param>
    /// <param name="maxBytes">That the payload, and the variables, may have as JSON.</param>
    public static (Value Inputs, List<InputProblem> Problems) Run(LoadedWorkflow workflow, DispatchRequest request, int maxBytes)
    {
        var payload = request.Payload.IsNullish ? Value.EmptyObject : request.Payload;
        var problems = new List<InputProblem>();
        if (payload.Kind != ValueKind.Object)
        {
            problems.Add(new InputProblem("payload", "has to be a JSON object"));
            payload = Value.EmptyObject;
        }

        if (!request.Variables.IsNullish && request.Variables.Kind != ValueKind.Object)
        {
            problems.Add(new InputProblem("variables", "has to be a JSON object"));
        }

        if (request.Priority is < 1 or > 4)
        {
            problems.Add(new InputProblem("priority", "has to be 1 (urgent) to 4 (low)"));
        }

        CheckSize(payload, maxBytes, "payload", problems);
        CheckSize(request.Variables, maxBytes, "variables", problems);
        CheckLength(request.UserId, "user_id", problems);
        CheckLength(request.IntentId, "intent_id", problems);
        var (inputs, found) = InputChecker.Check(workflow.Definition.Inputs, payload);
        problems.AddRange(found);
        return (inputs, problems);
    }

    private static void CheckSize(Value value, int maxBytes, string name, List<InputProblem> problems)
    {
        if (value.BytesBeyond(maxBytes) is > 0 and var size)
        {
            problems.Add(new InputProblem(name, $"has {size} bytes; {maxBytes} are allowed (Orchestrator:MaxOutputBytes)"));
        }
    }

    /// <summary>What the database refuses would take a caller's transaction with it.</summary>
    private static void CheckLength(string? id, string name, List<InputProblem> problems)
    {
        if (id?.Length > MaxIdLength)
        {
            problems.Add(new InputProblem(name, $"has to have at most {MaxIdLength} characters"));
        }
    }
}
