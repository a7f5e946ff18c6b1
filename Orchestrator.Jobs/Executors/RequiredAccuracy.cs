using System.Globalization;
using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Executors;

/// <summary>Whether a result is accurate enough. One that says nothing of it is (seed 003: then it is 100).</summary>
internal static class RequiredAccuracy
{
    /// <summary>The accuracy that an answer or a result has; of the two that a step has, before and after <c>output</c>, the later one. Undefined: none.</summary>
    public static Value Of(AttemptSucceeded success, Value raw) =>
        new[] { success.Response["accuracy"], success.Output["accuracy"], raw["accuracy"] }.FirstOrDefault(value => !value.IsNullish);

    /// <summary>Why it is not; null: it is, or nothing is asked.</summary>
    /// <param name="required">Percent.</param>
    /// <param name="accuracy">As the result has it.</param>
    /// <param name="whose">What the message calls the result.</param>
    public static Failure? Failure(double? required, Value accuracy, string whose)
    {
        if (required is not { } least || accuracy.IsNullish)
        {
            return null;
        }

        if (accuracy.Kind != ValueKind.Number)
        {
            return new Failure(FailureKind.Accuracy, $"{whose} has an `accuracy` that is no number, but {accuracy.Kind}; {Text(least)} is required (required_accuracy).");
        }

        return accuracy.AsNumber() >= least ? null : new Failure(
            FailureKind.Accuracy, $"{whose} has an accuracy of {Text(accuracy.AsNumber())}, below the required {Text(least)} (required_accuracy).");
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
