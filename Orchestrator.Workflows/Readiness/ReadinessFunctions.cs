using System.Collections.Frozen;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Expressions.Functions;
using Orchestrator.Workflows.Expressions.Functions.Dates;

namespace Orchestrator.Workflows.Readiness;

/// <summary>
/// The helpers of the formulas of readiness, which look at the events of the agent that is evaluated. <c>docs/readiness.md</c>
/// defines them; nothing else sees them.
/// </summary>
internal static class ReadinessFunctions
{
    /// <summary>The names of <c>score</c> and of the readiness file.</summary>
    public static Vocabulary Vocabulary { get; } = new(
        FrozenSet.ToFrozenSet([RootNames.Agent, RootNames.Events]),
        new Dictionary<string, Function>
        {
            ["hoursSince"] = HoursSince,
            ["countWithin"] = CountWithin,
            ["count"] = Count,
            ["freshness"] = Freshness,
            ["online"] = Online,
        }.ToFrozenDictionary());

    /// <summary>Hours since the newest event of a type, or of one of a list of them; what is given instead, else infinity, where there is none.</summary>
    private static Value HoursSince(Call call)
    {
        var scope = Scope(call);
        for (var i = 0; i < scope.Events.Count; i++)
        {
            if (IsOfType(call, scope.Events[i], call.Argument(0)))
            {
                return scope.Ages[i] / Calendar.MillisecondsPerHour;
            }
        }

        return call.Arguments.Count > 1 ? Number(call, 1, "a number of hours", double.MinValue) : double.PositiveInfinity;
    }

    /// <summary>How many events are less than so many hours old and, where a function is given, fit it.</summary>
    private static Value CountWithin(Call call)
    {
        var scope = Scope(call);
        var limit = Number(call, 0, "a number of hours", 0) * Calendar.MillisecondsPerHour;
        if (call.Arguments.Count > 1 && !call.HasFunction(1))
        {
            throw call.Fail("`countWithin` needs a function here, such as e => e.event_type === 'post_liked'");
        }

        var count = 0;
        for (var i = 0; i < scope.Events.Count; i++)
        {
            call.Evaluation.Spend(call.Offset);
            if (scope.Ages[i] < limit && (!call.HasFunction(1) || call.Invoke(1, scope.EventValues[i]).IsTruthy))
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>How many events are of a type, or of one of a list of them; all where none is given.</summary>
    private static Value Count(Call call)
    {
        var scope = Scope(call);
        return call.Arguments.Count == 0 ? scope.Events.Count : scope.Events.Count(one => IsOfType(call, one, call.Argument(0)));
    }

    private static Value Freshness(Call call)
    {
        var halfLife = Above(call, 0, "the half-life, in hours,");
        return Activity.Freshness(Scope(call).Ages, halfLife, Above(call, 1, "what counts as full"));
    }

    private static Value Online(Call call)
    {
        var window = Above(call, 0, "the window, in hours,");
        return window <= Activity.MaxWindow
            ? Activity.Online(Scope(call).Ages, window, Number(call, 1, "the days that the prior counts as", 0))
            : throw call.Fail($"`online`: the window is at most {Activity.MaxWindow} hours, found {ValueText.Of(window)}");
    }

    private static ReadinessScope Scope(Call call) => (ReadinessScope)call.Evaluation.Scope;

    private static bool IsOfType(Call call, AgentEvent one, Value types)
    {
        call.Evaluation.Spend(call.Offset, types.Kind == ValueKind.Array ? types.AsArray().Count : 1);
        return types.Kind switch
        {
            ValueKind.String => one.EventType == types.AsString(),
            ValueKind.Array => types.AsArray().Contains(Value.Of(one.EventType)),
            _ => throw call.Fail($"`{call.Name}` needs the type of an event, or a list of types, found {ValueText.Name(types.Kind)}"),
        };
    }

    private static double Number(Call call, int index, string what, double least) =>
        call.Argument(index) is { Kind: ValueKind.Number } number && number.AsNumber() >= least && double.IsFinite(number.AsNumber())
            ? number.AsNumber()
            : throw call.Fail($"`{call.Name}` needs {what} here{(least == 0 ? ", at least 0" : "")}, found {ValueText.Of(call.Argument(index))}");

    private static double Above(Call call, int index, string what) => Number(call, index, what, 0) is > 0 and var number
        ? number
        : throw call.Fail($"`{call.Name}`: {what} has to be above 0");
}
