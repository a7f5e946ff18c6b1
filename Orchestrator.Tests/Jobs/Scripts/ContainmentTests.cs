using System.Text.RegularExpressions;
using Orchestrator.Jobs.Scripts;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Scripts;

/// <summary>
/// Attempts to get out of the sandbox or to use it up (<c>attempts.txt</c>): each is contained, ends within two seconds
/// over its limit, and the next script runs as if it had never been.
/// </summary>
[TestFixture]
[Platform(Include = "Linux")]
internal sealed class ContainmentTests
{
    private const int LimitMs = 1500;

    /// <summary>Says whether a value is a way out: anything of Node.js.</summary>
    private const string Probe = """
        const isOut = x => x !== null && ['object', 'function'].includes(typeof x) && ['pid', 'versions', 'binding', 'readFileSync', 'execSync', 'mainModule', 'memoryUsage', 'nextTick'].some(name => x[name] !== undefined); const probe = x => { try { const found = typeof x === 'function' ? x() : x; return [found, found?.process, found?.default, found?.constructor?.process].flat().some(isOut) ? 'ESCAPED' : 'contained'; } catch { return 'contained'; } };

        """;

    private TestSandbox _sandbox = null!;

    [OneTimeSetUp]
    public void Start()
    {
        NodeJs.Require();
        _sandbox = new TestSandbox();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await (_sandbox?.DisposeAsync() ?? default);

    [Test]
    public async Task The_probe_knows_a_way_out_when_it_sees_one() =>
        (await _sandbox.ReturnedAsync(Probe + "return [probe(() => ({ pid: 1 })), probe({ process: { versions: 1 } }), probe(() => 1)]"))
            .Should().Be("""["ESCAPED","ESCAPED","contained"]""");

    [TestCaseSource(nameof(Attempts))]
    public async Task It_is_contained(string expected, string script)
    {
        var run = _sandbox.RunAsync(Probe + script, limitMs: LimitMs, memoryMb: 64);

        var outcome = await OutcomeAsync(run).WaitAsync(TimeSpan.FromMilliseconds(LimitMs + 2000));

        // On a busy machine the time may be over before the memory is.
        string[] words = [.. expected.Split("-or-"), .. expected.Contains("memory") ? ["timeout"] : Array.Empty<string>()];
        outcome.Should().NotContain("ESCAPED").And.Match(found => words.Any(word => found.StartsWith(word)), expected);
        (await _sandbox.ReturnedAsync("return [typeof process, typeof leak, typeof seen, typeof keep, {}.process, JSON.stringify([1]), [1, 2].map(n => n + 1)]"))
            .Should().Be("""["undefined","undefined","undefined","undefined",null,"[1]",[2,3]]""");
    }

    private static async Task<string> OutcomeAsync(Task<ScriptOutcome> run)
    {
        try
        {
            return await run switch
            {
                ScriptReturned { Result: var result } => result == "contained" ? "contained" : $"returned {result}",
                ScriptFailed { Message: var message } when message.Contains("memory_mb") => $"memory {message}",
                ScriptFailed { Problem: ScriptProblem.Thrown, Message: var message } => $"thrown {message.Replace("ESCAPED", "…")}",
                ScriptFailed { Problem: ScriptProblem.Invalid, Message: var message } => $"invalid {message}",
                var other => other.ToString()!,
            };
        }
        catch (OperationCanceledException)
        {
            return "timeout";
        }
    }

    private static IEnumerable<TestCaseData> Attempts() =>
        Regex.Split(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Jobs", "Scripts", "attempts.txt")), "^== ", RegexOptions.Multiline)
            .Skip(1)
            .Select(text => text.Split('\n', 2))
            .Select(parts => (Head: parts[0].Split(": "), Script: parts[1]))
            .Select(one => new TestCaseData(one.Head[^1], one.Script).SetArgDisplayNames(one.Head[0]));
}
