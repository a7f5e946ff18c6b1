using Orchestrator.Jobs.Executors;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Agents;

/// <summary>What an agent is told; <c>docs/agents.md</c> says what each member is.</summary>
internal static class AgentRequest
{
    /// <exception cref="EvaluationException">The goal can't be evaluated.</exception>
    public static Value Of(AgentTaskAction action, StepAttempt attempt, TaskAgent agent)
    {
        var scope = attempt.Scope;
        var required = attempt.Step.RequiredAccuracy ?? agent.RequiredAccuracy;
        var request = Value.Object(
            ("goal", action.Goal.Render(scope).ToText()),
            ("agent", Value.Object(
                ("id", agent.Id is { } id ? id : Value.Null),
                ("username", agent.Username),
                ("about", agent.About),
                ("system_prompt", agent.SystemPrompt),
                ("capabilities", Texts(agent.Capabilities)))),
            ("capabilities", Texts(action.Capabilities)),
            ("input", scope.Resolve(RootNames.Inputs)),
            ("results", scope.DependencyResults()),
            ("variables", scope.Resolve(RootNames.Variables)),
            ("attempt", attempt.Used),
            ("user_id", attempt.Run.UserId),
            ("intent_id", attempt.Run.IntentId),
            ("workflow_run_id", attempt.Run.Id.ToString()),
            ("step_id", attempt.Step.Id));
        request = action.MaxTokens is { } tokens ? request.With("max_tokens", tokens) : request;
        request = required is { } accuracy ? request.With("required_accuracy", accuracy) : request;
        return action.OutputSchema is { } schema ? request.With("output_schema", schema.Source) : request;
    }

    private static Value Texts(IEnumerable<string> texts) => Value.Array(texts.Select(text => Value.Of(text)));
}
