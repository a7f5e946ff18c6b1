using System.Text.RegularExpressions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>The fields that a workflow's <c>config</c> and a step share: in which order and queue the work is served.</summary>
internal static partial class ServiceFields
{
    private static readonly Dictionary<string, int> Words = new(StringComparer.Ordinal)
    {
        ["urgent"] = Priorities.Urgent,
        ["high"] = Priorities.High,
        ["medium"] = Priorities.Medium,
        ["low"] = Priorities.Low,
    };

    public static Field<TTarget> Priority<TTarget>(Action<TTarget, int> assign) =>
        new("priority", Shape.Either(Shape.OneOf(Words.Keys), Shape.Integer(Priorities.Urgent, Priorities.Low)), (target, value) =>
        {
            var isNumber = value.Node is ScalarNode { Value.Kind: ValueKind.Number };
            if ((isNumber ? value.Integer(Priorities.Urgent, Priorities.Low) : value.Word(Words)) is { } priority)
            {
                assign(target, priority);
            }
        });

    public static Field<TTarget> Queue<TTarget>(Action<TTarget, string> assign) =>
        new("queue", Shape.Matching("^[a-z0-9_-]{1,50}$"), (target, value) =>
        {
            if (value.Text() is not { } queue)
            {
                return;
            }

            if (!QueueName().IsMatch(queue))
            {
                value.Error($"`{queue}` is no queue's name", "Up to 50 lower-case letters, digits, - and _.");
            }
            else if (LaneName().IsMatch(queue))
            {
                value.Error($"`{queue}` is a lane of a queue", "Take the queue's own name; `priority` chooses the lane.");
            }
            else
            {
                assign(target, queue);
            }
        });

    [GeneratedRegex(@"\A[a-z0-9_-]{1,50}\z", RegexOptions.CultureInvariant)]
    private static partial Regex QueueName();

    [GeneratedRegex(@"-(urgent|high|low)\z", RegexOptions.CultureInvariant)]
    private static partial Regex LaneName();
}
