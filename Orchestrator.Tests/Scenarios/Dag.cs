using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Tests.Scenarios;

/// <summary>
/// A graph of tasks as WfCommons writes its instances (wfcommons.org, schema 1.5: <c>workflow.specification.tasks</c> with
/// <c>id</c>, <c>parents</c> and <c>children</c>), and the same as a workflow.
/// </summary>
internal sealed class Dag
{
    private readonly Dictionary<string, string[]> _parents;

    private Dag(Dictionary<string, string[]> parents) => _parents = parents;

    public IEnumerable<(string Parent, string Child)> Edges => _parents.SelectMany(task => task.Value.Select(parent => (parent, task.Key)));

    public int Tasks => _parents.Count;

    public static Dag Read(string json) => new(JsonNode.Parse(json)!["workflow"]!["specification"]!["tasks"]!.AsArray().ToDictionary(
        task => (string)task!["id"]!, task => task!["parents"]!.AsArray().Select(parent => (string)parent!).ToArray()));

    /// <summary>A step for each task; its result is one more than the greatest of what it depends on: its level.</summary>
    public string ToWorkflow(string key)
    {
        var yaml = new StringBuilder($"key: {key}\nsteps:\n");
        foreach (var (task, parents) in _parents)
        {
            var levels = string.Concat(parents.Select(parent => $", results['{parent}']"));
            yaml.Append($"  - {{id: {task}, type: transform, value: \"Math.max(0{levels}) + 1\", depends_on: [{string.Join(", ", parents)}]}}\n");
        }

        return yaml.Append("output: results\n").ToString();
    }

    /// <summary>The number of tasks on the longest way to each, itself among them.</summary>
    public IReadOnlyDictionary<string, int> Levels()
    {
        var levels = new Dictionary<string, int>();
        int Of(string task) => levels.TryGetValue(task, out var known) ? known : levels[task] = 1 + _parents[task].Select(Of).DefaultIfEmpty(0).Max();
        foreach (var task in _parents.Keys)
        {
            Of(task);
        }

        return levels;
    }
}
