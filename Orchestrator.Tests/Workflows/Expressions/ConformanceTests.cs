using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Expressions.Functions;

namespace Orchestrator.Tests.Workflows.Expressions;

/// <summary>The same expressions, evaluated here and by Node.js, give the same JSON, or an error in both.</summary>
internal sealed class ConformanceTests
{
    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "-1", "0.5", "2.5", "-2.5", "1.005", "1.45", "8.345", "123.456", "-123.456", "1e-7", "0.0000012345", "1e21",
        "123456789", "1234567890123456789", "4.35", "0.1", "99.995", "1e100", "-1e-10", "NaN", "Infinity",
    ];

    private static readonly string[] OfNumbers =
    [
        "String(N)", "(N).toFixed()", "(N).toFixed(2)", "(N).toFixed(10)", "(N).toPrecision(1)", "(N).toPrecision(3)",
        "(N).toPrecision(21)", "[N * 100, N / 3, N % 7]", "[Math.round(N), Math.floor(N), Math.ceil(N), Math.trunc(N)]",
    ];

    private static readonly string[] Dates =
    [
        "2026", "2026-11", "2026-11-21", "2026-11-21T06:19", "2026-11-21T06:19:24", "2026-11-21T06:19:24Z", "2026-11-21T06:19:24.1Z",
        "2026-11-21T06:19:24.123456789Z", "2026-11-21T06:19:24+01:30", "2026-11-21T06:19:24-0800", "2026-11-21 06:19:24",
        "2026-11-21t06:19:24z", "2026-11-21T24:00:00Z", "2026-11-21T24:00:01Z", "2026-11-21T06:60Z", "2026-11-21T06:19:60Z", "2026-13-01",
        "2026-00-01", "2026-11-00", "2026-11-32", "2023-02-29", "2023-02-31", "2024-02-29", "1969-12-31T23:59:59.999Z", "0001-01-01",
        "0099-01-01", "1600-02-29", "1900-02-28", "9999-12-31T23:59:59.999Z", "+012026-11-21T00:00:00Z", "-000001-01-01T00:00:00Z",
        "-000000-01-01T00:00:00Z", "-100000-07-01T00:00:00Z", "+275760-09-13T00:00:00.000Z", "+275760-09-13T00:00:00.001Z",
        "Sat, 21 Nov 2026 06:19:24 GMT", "Sat, 21 Nov 2026 06:19:24 +0200", "21 Nov 2026", "21 November 2026 10:00", "Nov 21, 2026",
        "November 21, 2026 06:19:24", "Sat Nov 21 2026 06:19:24 GMT+0100 (Central European Standard Time)", "11/21/2026",
        "11/21/2026 06:19", "2026-1-2", "1700000000000", "", "soon", "2026-11-21T06:19:24,5Z", "2026-11-21T6:19:24Z", "12:30",
    ];

    private static readonly string[] OfDates =
    [
        "new Date(D)", "Date.parse(D)",
        "[new Date(D).getFullYear(), new Date(D).getMonth(), new Date(D).getDate(), new Date(D).getDay(), new Date(D).getHours(), "
        + "new Date(D).getMinutes(), new Date(D).getSeconds(), new Date(D).getMilliseconds(), new Date(D).getUTCDay()]",
        "new Date(D).toUTCString() + new Date(D).toDateString()",
    ];

    [Test]
    public void Expressions_give_what_Node_gives()
    {
        string[] expressions =
        [
            .. File.ReadLines(Place("expressions.txt")).Where(line => line.Length > 0 && line[0] != '#'),
            .. from number in Numbers from form in OfNumbers select form.Replace("N)", $"{number})").Replace("N ", $"{number} "),
            .. from date in Dates from form in OfDates select form.Replace("(D)", $"('{date}')"),
        ];
        var theirs = Node(expressions);

        var differences = expressions.Zip(theirs).Where(pair => Ours(pair.First) != pair.Second)
            .Select(pair => $"{pair.First}\n  here {Ours(pair.First) ?? "an error"}\n  Node {pair.Second ?? "an error"}");

        expressions.Should().HaveCountGreaterThan(500);
        theirs.Should().HaveSameCount(expressions);
        string.Join('\n', differences).Should().BeEmpty();
    }

    /// <summary>The JSON of a list of the value alone; null: an error.</summary>
    private static string? Ours(string expression)
    {
        var inputs = Value.Parse(
            """{"n": [3, 1, 2], "text": " a,b ", "none": null, "people": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bo"}]}""");
        try
        {
            return JsonText.Of(Value.Array(Expression.Parse(expression).Evaluate(new Scope(("inputs", inputs)))));
        }
        catch (Exception e) when (e is EvaluationException or FormatException)
        {
            return null;
        }
    }

    private static string?[] Node(string[] expressions)
    {
        using var node = Start();
        node.StandardInput.Write(JsonSerializer.Serialize(expressions));
        node.StandardInput.Close();
        using var answer = JsonDocument.Parse(node.StandardOutput.ReadToEnd());
        return [.. answer.RootElement.EnumerateArray().Select(one => one.TryGetProperty("json", out var json) ? json.GetString() : null)];
    }

    private static Process Start()
    {
        try
        {
            return Process.Start(new ProcessStartInfo("node", [Place("evaluate.js")])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                Environment = { ["TZ"] = "UTC", ["LC_ALL"] = "C.UTF-8" },
            })!;
        }
        catch (Win32Exception)
        {
            Assert.Ignore("Node.js is not on the PATH; on Debian apt-get install nodejs.");
            throw;
        }
    }

    private static string Place(string file) =>
        Path.Combine(AppContext.BaseDirectory, "Workflows", "Expressions", "Conformance", file);
}
