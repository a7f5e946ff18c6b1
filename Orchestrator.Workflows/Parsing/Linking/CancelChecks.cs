using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing.Reading;

namespace Orchestrator.Workflows.Parsing.Linking;

/// <summary>What a <c>cancel</c> step names has to be there.</summary>
internal static class CancelChecks
{
    public static void Check(IReadOnlyList<StepDraft> steps, StepIndex index, Report report)
    {
        foreach (var step in steps.Where(step => step.Action is CancelAction))
        {
            _ = Dependencies.Resolve(step, step.Cancels, index, report).Count();
            if (step is { Cancels.Count: 0, Scope: { } scope } && !steps.Any(other => other != step && other.Scope == scope))
            {
                var scopes = steps.Where(other => other != step).Select(other => other.Scope).OfType<string>().Distinct().ToList();
                step.Field.Error(
                    $"no other step is in the scope `{scope}`",
                    scopes.Count > 0 ? report.Suggest(scope, scopes) : $"Give the steps that it cancels `scope: {scope}`.");
            }
        }
    }
}
