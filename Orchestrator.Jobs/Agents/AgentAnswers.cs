using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Agents;

/// <summary>Judges what an agent answers: <c>{result or data, accuracy?, tokens?, validated_by?, error?}</c>.</summary>
internal static class AgentAnswers
{
    private const int MaxValidators = 50;

    public static AttemptResult Judge(
        AgentTaskAction action, StepDefinition step, TaskAgent agent, string name, HttpResponseMessage response, HttpBody body, int maxBytes,
        bool isAlternative)
    {
        if (HttpAnswers.Refusal(response.IsSuccessStatusCode, name, response, body, maxBytes) is { } refusal)
        {
            return refusal;
        }

        var status = (int)response.StatusCode;
        var answer = HttpAnswers.Parse(body.Text, out var isJson);
        if (!isJson || answer.Kind != ValueKind.Object)
        {
            return NotOk($"{name} has to answer with a JSON object{HttpAnswers.Shown(body)}", status);
        }

        if (!answer["error"].IsNullish || answer["ok"] == Value.False)
        {
            return NotOk($"{name} answered with an error{HttpAnswers.Error(answer)}", status);
        }

        var result = answer["result"].IsUndefined ? answer["data"] : answer["result"];
        if (Problem(action, answer, result) is { } problem)
        {
            return NotOk($"{name}: {problem}.", status);
        }

        var accuracy = answer["accuracy"].IsNullish ? result["accuracy"] : answer["accuracy"];
        return RequiredAccuracy.Failure(step.RequiredAccuracy ?? agent.RequiredAccuracy, accuracy, $"{name}: the result") is { } tooLow
            ? new AttemptFailed(tooLow)
            : new AttemptSucceeded(result, Response(agent, answer, status, isAlternative), status);
    }

    /// <summary>What is wrong with the members of an answer; null: nothing.</summary>
    private static string? Problem(AgentTaskAction action, Value answer, Value result) =>
        result.IsUndefined ? "its answer has neither `result` nor `data`"
        : action.OutputSchema?.Problem(result, "result") is { } misfit ? $"its answer does not fit output_schema: {misfit}"
        : !IsPercent(answer["accuracy"]) ? $"`accuracy` has to be a number from 0 to 100, but is {Short(answer["accuracy"])}"
        : !IsCount(answer["tokens"]) ? $"`tokens` has to be a number of at least 0, but is {Short(answer["tokens"])}"
        : Validators(answer["validated_by"]) is null ? $"`validated_by` has to be a text or a list of up to {MaxValidators} texts, but is {Short(answer["validated_by"])}"
        : null;

    /// <summary>What <c>steps.ID.response</c> is, and what handoffs are read from.</summary>
    private static Value Response(TaskAgent agent, Value answer, int status, bool isAlternative) => Value.Object(
        ("status", status),
        ("agent", Value.Object(("id", agent.Id is { } id ? id : Value.Null), ("username", agent.Username), ("alternative", isAlternative))),
        ("accuracy", answer["accuracy"].IsNullish ? Value.Null : answer["accuracy"]),
        ("tokens", answer["tokens"].IsNullish ? Value.Null : answer["tokens"]),
        ("validated_by", Value.Array(Validators(answer["validated_by"])!)));

    private static bool IsPercent(Value value) => value.IsNullish || (value.Kind == ValueKind.Number && value.AsNumber() is >= 0 and <= 100);

    private static bool IsCount(Value value) => value.IsNullish || (value.Kind == ValueKind.Number && value.AsNumber() >= 0);

    private static IReadOnlyList<Value>? Validators(Value value) => value.Kind switch
    {
        ValueKind.Undefined or ValueKind.Null => [],
        ValueKind.String => [value],
        ValueKind.Array when value.AsArray().Count <= MaxValidators && value.AsArray().All(one => one.Kind == ValueKind.String) => value.AsArray(),
        _ => null,
    };

    private static string Short(Value value) => value.ToJson() is { Length: > 60 } text ? text[..60] + "…" : value.ToJson();

    private static AttemptFailed NotOk(string message, int status) => new(new Failure(FailureKind.NotOk, message, status));
}
