using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Orchestrator.Tests.Hangfire.Interoperability;

/// <summary>
/// What the official supplier (Hangfire 1.8.24 with Hangfire.PostgreSql 1.21.1 on PostgreSQL 15) was observed to leave in its
/// tables, operation by operation: <c>OfficialRows.txt</c>. A line is a table and a row as JSON; <c>…</c> stands for the
/// version of .NET's own assembly.
/// </summary>
internal static partial class OfficialRows
{
    private const string RuntimeVersion = "Version=10.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e";

    private static readonly JsonSerializerSettings AsWritten = new() { DateParseHandling = DateParseHandling.None };

    private static readonly Dictionary<string, (string Table, string Row)[]> Operations = Read();

    public static IEnumerable<string> Names => Operations.Keys;

    /// <summary>The rows that an operation leaves, with the class of this assembly in the place of theirs.</summary>
    public static (string Table, string Row)[] Of(string operation) => Operations.Single(each => each.Key.StartsWith(operation, StringComparison.Ordinal)).Value;

    /// <summary>Rows without what differs each time: times, the ids of servers and workers, durations, stack traces.</summary>
    public static string[] Normalize(IEnumerable<(string Table, string Row)> rows)
    {
        var read = rows.Where(static row => row.Table != "lock").Select(static row => (row.Table, Row: JsonConvert.DeserializeObject<JObject>(row.Row, AsWritten)!)).ToArray();

        // Ours leaves gaps between states, where it only asked whether a job is still its worker's.
        var states = read.Where(static row => row.Table == "state").Select(static row => row.Row["id"]!.Value<long>()).Order().ToList();
        foreach (var (table, row) in read)
        {
            var name = table == "state" ? "id" : "stateid";
            if (row[name] is { } id) row[name] = states.IndexOf(id.Value<long>()) + 1;
        }

        return [.. read.Select(static row => $"{row.Table} {Normalize(row.Table, row.Row)}").Order(StringComparer.Ordinal)];
    }

    private static string Normalize(string table, JObject json)
    {
        // Ours sums up counters of one moment, orders sets in its own way, and its servers tell the key of their lock.
        if (table is "counter" or "hash" or "set") json.Remove("id");
        if (table == "server") ((JObject)json["data"]!).Remove("LockKey");
        if (json["data"] is JObject data)
        {
            foreach (var name in new[] { "ExceptionDetails", "Latency", "PerformanceDuration", "WorkerId", "ServerId" })
                if (data.ContainsKey(name)) data[name] = "…";
        }

        if (json["score"] is { } score && score.Value<double>() > 0) json["score"] = "time";
        if (json["name"]?.ToString() == "Time") json["value"] = "time";
        if (json["key"]?.ToString().StartsWith("recurring-job:", StringComparison.Ordinal) == true && json["field"]?.ToString() == "Job") json["value"] = Ordered(JsonConvert.DeserializeObject<JObject>(json["value"]!.ToString(), AsWritten)!).ToString(Formatting.None);
        var text = Ordered(json).ToString(Formatting.None);
        return Day().Replace(ServerId().Replace(Instant().Replace(text, "time"), "node1"), "day");
    }

    private static JToken Ordered(JToken token) => token switch
    {
        JObject value => new JObject(value.Properties().OrderBy(static each => each.Name, StringComparer.Ordinal).Select(static each => new JProperty(each.Name, Ordered(each.Value)))),
        _ => token,
    };

    private static Dictionary<string, (string Table, string Row)[]> Read()
    {
        var operations = new Dictionary<string, List<(string, string)>>();
        using var reader = new StreamReader(typeof(OfficialRows).Assembly.GetManifestResourceStream("Orchestrator.Tests.Hangfire.Interoperability.OfficialRows.txt")!);
        var current = new List<(string, string)>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("# ", StringComparison.Ordinal)) operations[line[2..]] = current = [];
            else if (line.Length > 0) current.Add((line[..line.IndexOf(' ', StringComparison.Ordinal)], Own(line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])));
        }

        return operations.ToDictionary(static each => each.Key, static each => each.Value.ToArray());
    }

    private static string Own(string row) => row.Replace("…", RuntimeVersion, StringComparison.Ordinal)
        .Replace("Steps, Demo", "Orchestrator.Tests.Hangfire.Interoperability.Steps, Orchestrator.Tests", StringComparison.Ordinal);

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")]
    private static partial Regex Instant();

    [GeneratedRegex(@"node1:\d+:[0-9a-f-]{36}")]
    private static partial Regex ServerId();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d(-\d\d)?")]
    private static partial Regex Day();
}
