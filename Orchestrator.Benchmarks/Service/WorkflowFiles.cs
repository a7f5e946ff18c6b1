using System.Globalization;
using System.Text;

namespace Orchestrator.Benchmarks.Service;

/// <summary>The files that the benchmarks run.</summary>
internal static class WorkflowFiles
{
    /// <summary>Steps one after the other, each adding to the one before.</summary>
    /// <param name="key">The workflow's.</param>
    /// <param name="steps">How many.</param>
    /// <param name="limit">The <c>rate_limit</c> of each; null: none.</param>
    public static string Chain(string key, int steps, string? limit = null) =>
        (limit is null ? "" : $"defaults: {{rate_limit: {limit}}}\n") + File(key, Enumerable.Range(0, steps).Select(i => i == 0
        ? "{id: s0, type: transform, value: 1}"
        : $"{{id: s{Text(i)}, type: transform, depends_on: s{Text(i - 1)}, value: results.s{Text(i - 1)} + 1}}"));

    /// <summary>One step, so many that depend on it, and one that depends on all of these.</summary>
    public static string Fan(string key, int width)
    {
        var middle = Enumerable.Range(0, width).Select(i => $"m{Text(i)}").ToArray();
        return File(key,
        [
            "{id: first, type: transform, value: 1}",
            .. middle.Select(id => $"{{id: {id}, type: transform, depends_on: first, value: results.first + 1}}"),
            $"{{id: last, type: transform, depends_on: [{string.Join(", ", middle)}], value: 1}}",
        ]);
    }

    /// <summary>Calls one after the other.</summary>
    public static string HttpChain(string key, int steps, Uri target) => File(key, Enumerable.Range(0, steps).Select(i => i == 0
        ? $"{{id: s0, url: \"{target}\"}}"
        : $"{{id: s{Text(i)}, depends_on: s{Text(i - 1)}, url: \"{target}\"}}"));

    /// <summary>Conditions one after the other, each starting the next.</summary>
    public static string Conditions(string key, int steps) => File(key, Enumerable.Range(0, steps).Select(i => i < steps - 1
        ? $"{{id: s{Text(i)}, type: condition, condition: run.version > 0, true_step: s{Text(i + 1)}}}"
        : $"{{id: s{Text(i)}, type: transform, value: 1}}"));

    /// <summary>The same with two cases each.</summary>
    public static string Switches(string key, int steps) => File(key, Enumerable.Range(0, steps).Select(i => i < steps - 1
        ? $"{{id: s{Text(i)}, type: switch, cases: [{{when: run.version < 0}}, {{when: run.version > 0, step: s{Text(i + 1)}}}]}}"
        : $"{{id: s{Text(i)}, type: transform, value: 1}}"));

    /// <summary>Two steps and one that waits for both, again and again; so many in all.</summary>
    public static string Joins(string key, int steps) => File(key, Enumerable.Range(0, steps).Select(i =>
        $"{{id: s{Text(i)}, type: transform, value: 1, depends_on: [{(i == 0 ? "" : i % 3 == 0 ? $"s{Text(i - 2)}, s{Text(i - 1)}" : $"s{Text(i / 3 * 3)}")}]}}"));

    /// <summary>A step for each of so many items.</summary>
    public static string Items(string key, int items) => File(key,
    [
        $"{{id: items, type: for_each, items: \"'x'.repeat({Text(items)}).split('')\", steps: [{{id: one, type: transform, value: index + 1}}]}}",
    ]);

    /// <summary>A step as often as asked for.</summary>
    public static string Loop(string key, int passes) => "config: {timeout_ms: 3600000}\n" + File(key,
    [
        $"{{id: loop, type: loop, max_iterations: {Text(passes)}, steps: [{{id: one, type: transform, value: iteration + 1}}]}}",
    ]);

    /// <summary>Each step after up to three of the hundred before it, the same each time.</summary>
    public static string Dag(string key, int steps)
    {
        var random = new Random(steps);
        return File(key, Enumerable.Range(0, steps).Select(i =>
        {
            var parents = Enumerable.Range(0, random.Next(1, 4)).Select(_ => i - random.Next(1, 101)).Where(parent => parent >= 0).Distinct().Select(parent => $"s{Text(parent)}");
            return $"{{id: s{Text(i)}, type: transform, depends_on: [{string.Join(", ", parents)}], value: {Text(i)}}}";
        }));
    }

    private static string File(string key, IEnumerable<string> steps)
    {
        var text = new StringBuilder($"key: {key}\nsteps:\n");
        foreach (var step in steps)
        {
            text.Append("  - ").Append(step).Append('\n');
        }

        return text.ToString();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
