using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Importing;

/// <summary>What a task becomes.</summary>
public enum ImportAs
{
    /// <summary>A <c>transform</c> step whose result is <c>{task: name}</c>.</summary>
    Transform,

    /// <summary>A <c>delay</c> step of a thousandth of the task's real time, a millisecond at least.</summary>
    Delay,
}

/// <summary>Turns an instance of WfFormat 1.5 (WfCommons) into a workflow file: its tasks as steps, with their names and their order. Pure.</summary>
public static partial class WfFormat
{
    private const string Version = "1.5";
    private const int MaxProblems = 100;

    /// <summary>The file's text, null where anything is wrong; and what is wrong: where, and how to mend it.</summary>
    public static (string? Yaml, IReadOnlyList<string> Problems) Import(string json, ImportAs kind)
    {
        var problems = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(json);
            var tasks = Read(document.RootElement, kind, problems);
            if (problems.Count == 0)
            {
                var text = Write(Text(document.RootElement, "name") ?? "workflow", Text(document.RootElement, "source"), tasks, kind);
                if (Encoding.UTF8.GetByteCount(text) <= FileLimits.MaxBytes)
                {
                    return (text, []);
                }

                problems.Add($"The workflow file would have more than the {FileLimits.MaxBytes} bytes (1 MiB) that one may have: import fewer tasks, or ones with shorter names.");
            }
        }
        catch (JsonException e)
        {
            problems.Add($"line {e.LineNumber + 1}: this is no JSON: {e.Message}");
        }

        return (null, problems.Count <= MaxProblems ? problems : [.. problems.Take(MaxProblems), $"There are {problems.Count - MaxProblems} more problems."]);
    }

    private static List<Task> Read(JsonElement root, ImportAs kind, List<string> problems)
    {
        if (Text(root, "schemaVersion") is var version && version != Version)
        {
            problems.Add($"schemaVersion: expected \"{Version}\", found {(version is null ? "none" : $"\"{version}\"")}. WfCommons converts older instances.");
            return [];
        }

        if (Find(root, "workflow", "specification", "tasks") is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() == 0)
        {
            problems.Add("workflow.specification.tasks: expected a list of at least one task.");
            return [];
        }

        if (list.GetArrayLength() > FileLimits.MaxSteps)
        {
            problems.Add($"workflow.specification.tasks: {list.GetArrayLength()} tasks are more than the {FileLimits.MaxSteps} steps that a workflow may have.");
            return [];
        }

        var tasks = new List<Task>();
        var byId = new Dictionary<string, Task>(StringComparer.Ordinal);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, element) in list.EnumerateArray().Index())
        {
            if (Text(element, "id") is not { Length: > 0 } id)
            {
                problems.Add($"workflow.specification.tasks[{index}].id: expected text.");
            }
            else if (!byId.TryAdd(id, new Task(tasks.Count, index, id, StepId(id, ids), Text(element, "name") ?? id, element)))
            {
                problems.Add($"workflow.specification.tasks[{index}].id: the task \"{id}\" is there twice.");
            }
            else
            {
                tasks.Add(byId[id]);
            }
        }

        Link(tasks, byId, problems);
        if (kind == ImportAs.Delay)
        {
            ReadTimes(root, byId, problems);
        }

        return tasks;
    }

    /// <summary>A task follows its parents, and those that name it as a child.</summary>
    private static void Link(List<Task> tasks, Dictionary<string, Task> byId, List<string> problems)
    {
        foreach (var task in tasks)
        {
            foreach (var parent in Named(task, "parents", byId, problems))
            {
                task.Parents.Add(parent.Index);
            }

            foreach (var child in Named(task, "children", byId, problems))
            {
                child.Parents.Add(task.Index);
            }
        }

        var edges = tasks.SelectMany(task => task.Parents, (task, parent) => new Edge(parent, task.Index)).ToList();
        foreach (var cycle in StepGraph.FindCycles(tasks.Count, edges))
        {
            problems.Add($"workflow.specification.tasks: the tasks wait for each other in a circle: {string.Join(" → ", cycle.Take(20).Select(index => tasks[index].Id))}.");
        }
    }

    private static IEnumerable<Task> Named(Task task, string member, Dictionary<string, Task> byId, List<string> problems)
    {
        if (!task.Element.TryGetProperty(member, out var list))
        {
            yield break;
        }

        var where = $"workflow.specification.tasks[{task.Position}].{member}";
        if (list.ValueKind != JsonValueKind.Array)
        {
            problems.Add($"{where}: expected a list of task ids.");
            yield break;
        }

        foreach (var name in list.EnumerateArray())
        {
            if (name.ValueKind == JsonValueKind.String && byId.TryGetValue(name.GetString()!, out var other))
            {
                yield return other;
            }
            else
            {
                problems.Add($"{where}: there is no task {name.GetRawText()}.");
            }
        }
    }

    private static void ReadTimes(JsonElement root, Dictionary<string, Task> byId, List<string> problems)
    {
        foreach (var run in Find(root, "workflow", "execution", "tasks") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default)
        {
            if (Text(run, "id") is { } id && byId.TryGetValue(id, out var task)
                && run.TryGetProperty("runtimeInSeconds", out var time) && time.ValueKind == JsonValueKind.Number && time.GetDouble() is >= 0 and < int.MaxValue and var seconds)
            {
                task.Milliseconds = Math.Max(1, (int)Math.Round(seconds));
            }
        }

        problems.AddRange(byId.Values.Where(task => task.Milliseconds == 0).Select(task =>
            $"workflow.execution.tasks: the task \"{task.Id}\" has no `runtimeInSeconds` of at least 0. Import it as transform, which needs none."));
    }

    private static string Write(string name, string? source, List<Task> tasks, ImportAs kind)
    {
        var text = new StringBuilder();
        text.Append("# Imported from WfFormat ").Append(Version).Append(source is null ? "" : $": {Line(source)}").Append('\n');
        text.Append("key: ").Append(Key(name)).Append('\n');
        text.Append("name: ").Append(Quoted(name)).Append("\nsteps:\n");
        foreach (var task in tasks)
        {
            text.Append("  - { id: ").Append(Quoted(task.StepId));
            text.Append(task.Name == task.StepId ? "" : $", name: {Quoted(task.Name)}");
            text.Append(kind == ImportAs.Transform
                ? $", type: transform, value: {{ task: {Quoted(task.Name)} }}"
                : string.Create(CultureInfo.InvariantCulture, $", type: delay, ms: {task.Milliseconds}"));
            text.Append(task.Parents.Count == 0 ? "" : $", depends_on: [{string.Join(", ", task.Parents.Select(parent => Quoted(tasks[parent].StepId)))}]");
            text.Append(" }\n");
        }

        return text.ToString();
    }

    private static string StepId(string id, HashSet<string> taken)
    {
        var start = NoStepId().Replace(id, "_");
        start = start.StartsWith('-') ? "_" + start : start;
        start = start.Length <= 90 ? start : start[..90];
        var free = start;
        for (var number = 2; !taken.Add(free); number++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{start}_{number}");
        }

        return free;
    }

    private static string Key(string name)
    {
        var key = NoKey().Replace(name.ToLowerInvariant(), "_").TrimStart('_', '-');
        return Quoted(key.Length switch { 0 => "workflow", > 100 => key[..100], _ => key });
    }

    /// <summary>In YAML's single quotes nothing has a meaning; what would be an expression is taken apart.</summary>
    private static string Quoted(string text) => $"'{Line(text).Replace("{{", "{ {").Replace("'", "''")}'";

    private static string Line(string text) => string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\uFEFF' ? ' ' : c));

    private static string? Text(JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement? Find(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var member in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(member, out element))
            {
                return null;
            }
        }

        return element;
    }

    [GeneratedRegex("[^A-Za-z0-9_-]", RegexOptions.CultureInvariant)]
    private static partial Regex NoStepId();

    [GeneratedRegex("[^a-z0-9_-]", RegexOptions.CultureInvariant)]
    private static partial Regex NoKey();

    /// <param name="Index">Among the good ones.</param>
    /// <param name="Position">In the file.</param>
    /// <param name="Id">The file's.</param>
    /// <param name="StepId">The step's.</param>
    /// <param name="Name">For people.</param>
    /// <param name="Element">As the file has it.</param>
    private sealed record Task(int Index, int Position, string Id, string StepId, string Name, JsonElement Element)
    {
        public SortedSet<int> Parents { get; } = [];

        /// <summary>0: not known.</summary>
        public int Milliseconds { get; set; }
    }
}
