using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Expressions.Functions.Dates;

namespace Orchestrator.Workflows.Readiness;

/// <summary>What the formulas of one agent see. Made once for all of them: the events become values when first asked for.</summary>
internal sealed class ReadinessScope : IScope
{
    private static readonly string[] EventNames = ["event_type", "created_at", "data", "hours_ago"];

    private readonly AgentActivity _activity;
    private readonly double[] _ages;
    private Value? _agent;
    private Value? _events;

    public ReadinessScope(AgentActivity activity, DateTime now)
    {
        (_activity, Now) = (activity, now);
        var time = Calendar.Milliseconds(now);
        _ages = new double[activity.Events.Count];
        for (var i = 0; i < _ages.Length; i++)
        {
            _ages[i] = time - Calendar.Milliseconds(activity.Events[i].CreatedAt);
        }
    }

    public DateTime? Now { get; }

    public IReadOnlyList<AgentEvent> Events => _activity.Events;

    /// <summary>How old each event is, in whole milliseconds; negative: it is yet to come.</summary>
    public ReadOnlySpan<double> Ages => _ages;

    public Value EventValues => _events ??= Value.FromOwned([.. _activity.Events.Select(ToValue)]);

    public Value Resolve(string root) => root switch
    {
        RootNames.Agent => _agent ??= _activity.Agent.ToValue(),
        RootNames.Events => EventValues,
        _ => Value.Undefined,
    };

    private Value ToValue(AgentEvent one, int place) => Value.FromOwned(new Members(
        EventNames,
        [one.EventType, Value.Date(Calendar.Milliseconds(one.CreatedAt)), one.Data, _ages[place] / Calendar.MillisecondsPerHour],
        null));
}
