using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;
using YamlDotNet.Core;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>
/// Seed 003's form of a workflow, put into steps before anything else is read: each agent becomes an <c>agent-task</c> step
/// <c>agent_ID</c> whose data is merged into the variables, in order or by groups; each condition a <c>condition</c> step,
/// whose agents start only through it.
/// </summary>
internal sealed class AgentList
{
    private readonly FieldValue _root;
    private readonly MappingNode _file;
    private readonly string _goal;
    private readonly List<YamlNode> _steps = [];
    private readonly HashSet<string> _chosen = [];

    private AgentList(FieldValue root, MappingNode file) => (_root, _file, _goal) = (root, file, Goal(file));

    /// <summary>The file with steps in the place of its agents; one that names none is as it was.</summary>
    public static FieldValue Expand(FieldValue root)
    {
        if (root.Node is not MappingNode file || Entry(file, "agents") is not { } agents)
        {
            return root;
        }

        if (Entry(file, "steps") is not null)
        {
            root.Report.Error(agents.Position, root.Path.Member(agents.Key), "a workflow has `steps` or `agents`, not both", "Make the agents agent-task steps.");
            return root with { Node = Without(file, "agents", "conditions") };
        }

        return new AgentList(root, file).Expand(agents);
    }

    private FieldValue Expand(YamlEntry agents)
    {
        var conditions = Conditions();
        var groups = Groups(agents);
        foreach (var asked in conditions.Values.Select(condition => (ScalarNode)Entry(condition, "agent_id")!.Value.Content))
        {
            if (_chosen.Contains(Text(asked)))
            {
                _root.Report.Error(asked.Position, _root.Path.Member("conditions"), $"agent {asked.Text} starts through a condition, and can't have one of its own", "Write such a workflow with `steps`.");
            }
            else if (!groups.SelectMany(group => group).Any(agent => Text(agent) == Text(asked)))
            {
                _root.Report.Error(asked.Position, _root.Path.Member("conditions"), $"agent {asked.Text} of a condition is not among the `agents`", "Name it there, or remove the condition.");
            }
        }
        IReadOnlyList<string> before = [];
        foreach (var group in groups.Select(group => group.Where(agent => !_chosen.Contains(Text(agent))).ToList()).Where(group => group.Count > 0))
        {
            var last = new List<string>();
            foreach (var agent in group)
            {
                AddAgent(agent, before);
                last.AddRange(conditions.TryGetValue(Text(agent), out var condition) ? AddCondition(agent, condition) : [Id(agent)]);
            }

            before = last;
        }

        var entries = Without(_file, "agents", "conditions").Entries
            .Select(entry => Is(entry, "config") && entry.Content is MappingNode config ? entry with { Content = Without(config, "parallel_groups") } : entry);
        return _root with { Node = _file with { Entries = [.. entries, new YamlEntry("steps", agents.Position, new ListNode(agents.Position, _steps))] } };
    }

    private List<List<ScalarNode>> Groups(YamlEntry agents)
    {
        if (Entry(_file, "config")?.Content is MappingNode config && Entry(config, "parallel_groups") is { } groups)
        {
            var read = (groups.Content as ListNode)?.Elements.Select(group => Agents(group, "config.parallel_groups")).ToList();
            var all = Agents(agents.Content, "agents");
            var listed = all.Select(Text).ToHashSet();
            foreach (var agent in (read ?? []).SelectMany(group => group).Where(agent => !listed.Contains(Text(agent))))
            {
                _root.Report.Error(agent.Position, _root.Path.Member("config"), $"agent {agent.Text} is in a group, and not among the `agents`", "Name it in both, or in neither.");
            }

            // Read all the same, so that all that is wrong is said at once.
            var grouped = (read ?? []).SelectMany(group => group).Select(Text).ToHashSet();
            var alone = all.Where(agent => !grouped.Contains(Text(agent)) && !_chosen.Contains(Text(agent))).ToList();
            foreach (var agent in read is null ? [] : alone)
            {
                _root.Report.Error(agent.Position, _root.Path.Member("agents"), $"agent {agent.Text} is in no group, so it would never work", "Name it in one of `parallelGroups`, or not at all.");
            }

            return [.. read ?? [], alone];
        }

        return [.. Agents(agents.Content, "agents").Select(agent => new List<ScalarNode> { agent })];
    }

    private List<ScalarNode> Agents(YamlNode node, string field)
    {
        var agents = (node as ListNode)?.Elements.OfType<ScalarNode>().ToList() ?? [];
        if (node is not ListNode list || list.Elements.Count != agents.Count)
        {
            _root.Report.Error(node.Position, _root.Path.Member(field), "expected a list of agents", "Their ids or usernames: [1, 2, 3].");
        }

        return agents;
    }

    /// <summary>By the agent after which they are asked.</summary>
    private Dictionary<string, MappingNode> Conditions()
    {
        var conditions = new Dictionary<string, MappingNode>();
        foreach (var node in (Entry(_file, "conditions")?.Content as ListNode)?.Elements ?? [])
        {
            if (node is not MappingNode condition || Entry(condition, "agent_id")?.Content is not ScalarNode agent || Entry(condition, "condition")?.Content is not ScalarNode)
            {
                _root.Report.Error(node.Position, _root.Path.Member("conditions"), "a condition needs `agentId` and `condition`", "Write it like { agentId: 10, condition: 'data => data.n > 1', thenAgents: [11], elseAgents: [12] }.");
                continue;
            }

            conditions[Text(agent)] = condition;
            _chosen.UnionWith(Sides(condition).SelectMany(side => side).Select(Text));
        }

        return conditions;
    }

    private IEnumerable<List<ScalarNode>> Sides(MappingNode condition) => new[] { "then_agents", "else_agents" }
        .Select(side => Entry(condition, side) is { } entry ? Agents(entry.Content, "conditions") : []);

    /// <summary>The condition and its agents; the answer holds what comes next waits for.</summary>
    private List<string> AddCondition(ScalarNode agent, MappingNode condition)
    {
        var id = $"condition_{agent.Text}";
        var text = (ScalarNode)Entry(condition, "condition")!.Value.Content;
        var sides = Sides(condition).ToList();
        var asked = text.Text.Contains("=>", StringComparison.Ordinal) ? $"[variables].some({text.Text})" : text.Text;
        _steps.Add(Mapping(text.Position, [
            ("id", Scalar(text, id)), ("type", Scalar(text, "condition")), ("condition", Scalar(text, asked)),
            ("depends_on", List(text, [Id(agent)])),
            .. sides[0].Take(1).Select(first => ("true_step", (YamlNode)Scalar(first, Id(first)))),
            .. sides[1].Take(1).Select(first => ("false_step", (YamlNode)Scalar(first, Id(first)))),
        ]));
        var last = new List<string> { id };
        foreach (var side in sides)
        {
            for (var index = 0; index < side.Count; index++)
            {
                AddAgent(side[index], index == 0 ? [] : [Id(side[index - 1])]);
                last.Add(Id(side[index]));
            }
        }

        return last;
    }

    private void AddAgent(ScalarNode agent, IReadOnlyList<string> after) => _steps.Add(Mapping(agent.Position, [
        ("id", Scalar(agent, Id(agent))), ("type", Scalar(agent, "agent-task")), ("agent", agent), ("goal", Scalar(agent, _goal)),
        ("set", Scalar(agent, "{{ step.result }}")), .. after.Count > 0 ? [("depends_on", List(agent, after))] : Array.Empty<(string, YamlNode)>(),
    ]));

    /// <summary>What the agents are told that they work on.</summary>
    private static string Goal(MappingNode file) =>
        (new[] { "description", "name", "key", "id" }.Select(name => Entry(file, name)?.Content).OfType<ScalarNode>().FirstOrDefault()?.Text ?? "work")
        .Replace("{{", "{ {", StringComparison.Ordinal);

    private static string Id(ScalarNode agent) => $"agent_{agent.Text}";

    private static string Text(ScalarNode agent) => agent.Text;

    private static YamlEntry? Entry(MappingNode node, string name) =>
        node.Entries.Where(entry => Is(entry, name)).Select(entry => (YamlEntry?)entry).FirstOrDefault();

    private static bool Is(YamlEntry entry, string name) => entry.Key == name || entry.Key == WorkflowSchema.CamelCase(name);

    private static MappingNode Without(MappingNode node, params string[] names) =>
        node with { Entries = [.. node.Entries.Where(entry => !names.Any(name => Is(entry, name)))] };

    private static ScalarNode Scalar(ScalarNode at, string text) => at with { Text = text, Value = Value.Of(text), Style = ScalarStyle.DoubleQuoted };

    private static ListNode List(ScalarNode at, IReadOnlyList<string> texts) => new(at.Position, [.. texts.Select(text => Scalar(at, text))]);

    private static MappingNode Mapping(Position position, IReadOnlyList<(string Key, YamlNode Content)> entries) =>
        new(position, [.. entries.Select(entry => new YamlEntry(entry.Key, position, entry.Content))]);
}
