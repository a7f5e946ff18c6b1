using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Orchestrator.Jobs.Scripts;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Scripts;

/// <summary>What a script gets and gives, and what is left of its process.</summary>
[TestFixture]
[Platform(Include = "Linux")]
[UnsupportedOSPlatform("windows")]
internal sealed class SandboxTests
{
    private TestSandbox _sandbox = null!;

    [SetUp]
    public void Start()
    {
        _sandbox = new TestSandbox();
        NodeJs.Require();
    }

    [TearDown]
    public async Task StopAsync() => await _sandbox.DisposeAsync();

    [TestCase("return results.a.map(i => ({ ...i, text: `n${i.n}` }))", """[{"n":1,"text":"n1"}]""")]
    [TestCase("return [variables.v, inputs.i, run.id, startTime]", """[1,2,"r",3]""")]
    [TestCase("return { at: new Date(0) }", """{"at":"1970-01-01T00:00:00.000Z"}""")]
    [TestCase("return [NaN, Infinity, undefined, () => 1, Symbol('s'), new Map([[1, 2]])]", "[null,null,null,null,null,{}]")]
    [TestCase("return { a: undefined, f() {}, n: null }", """{"n":null}""")]
    [TestCase("const a = 1", "null")]
    [TestCase("return () => 1", "null")]
    [TestCase("const wait = ms => new Promise(done => setTimeout(done, ms, 'over')); return await wait(5)", "\"over\"")]
    [TestCase("let n = 0; await new Promise(done => { const t = setInterval(() => { if (++n === 3) { clearInterval(t); done(); } }, 1); }); return n", "3")]
    [TestCase("return [crypto.randomUUID().length, crypto.getRandomValues(new Uint8Array(4)).length]", "[36,4]")]
    [TestCase("return new Date(2026, 0, 1).toISOString()", "\"2026-01-01T00:00:00.000Z\"")]
    [TestCase("results.a = 'own copy'; return results.a // the last line may be a comment", "\"own copy\"")]
    public async Task It_returns_what_JSON_can_hold(string script, string expected) => (await _sandbox.ReturnedAsync(
        script, """{"results": {"a": [{"n": 1}]}, "variables": {"v": 1}, "inputs": {"i": 2}, "run": {"id": "r"}, "startTime": 3}""")).Should().Be(expected);

    [TestCase("let a = 1;\n  let b = ;", "Invalid", "The script is no JavaScript: Unexpected token ';' (line 2, column 11 of the script).")]
    [TestCase("const a = 1;\n  throw new TypeError('boom');", "Thrown", "TypeError: boom (line 2, column 9 of the script)")]
    [TestCase("throw 'text'", "Thrown", "text")]
    [TestCase("return missing.x", "Thrown", "ReferenceError: missing is not defined (line 1, column 1 of the script)")]
    [TestCase("await new Promise(() => {})", "Thrown", "The script waits for something that will never happen: its promise can no longer settle.")]
    [TestCase("return 1n", "Invalid", "The returned value can't be written as JSON: TypeError: Do not know how to serialize a BigInt")]
    [TestCase("return 'x'.repeat(300000)", "Invalid", "The returned value has 300002 characters of JSON; 262144 are allowed (Orchestrator:MaxResponseBytes).")]
    [TestCase("const a = []; for (;;) a.push(new Array(9999).fill(1.5))", "Thrown", "The script used more than its 64 MiB (memory_mb), and was killed.")]
    public async Task What_is_wrong_is_said(string script, string problem, string message) =>
        (await _sandbox.FailedAsync(script)).Should().BeEquivalentTo(new ScriptFailed(Enum.Parse<ScriptProblem>(problem), message));

    [Test]
    public async Task The_console_is_kept_up_to_a_bound()
    {
        await _sandbox.ReturnedAsync("console.log('a', 1, { b: [2] }); console.warn(new Error('w')); console.error(undefined, 5n); for (let i = 0; i < 1000; i++) console.info('y'.repeat(9000));");

        _sandbox.Lines.Take(3).Should().Equal(("info", "a 1 {\"b\":[2]}"), ("warning", "Error: w"), ("error", "undefined 5"));
        _sandbox.Lines.Should().HaveCount(200).And.OnlyContain(line => line.Text.Length <= 2001);
        _sandbox.Lines[^1].Text.Should().Be("The script writes more lines; they are left out.");
    }

    [Test]
    public async Task Many_at_once_have_a_process_each()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => _sandbox.RunAsync($"globalThis.n = (globalThis.n ?? 0) + 1; return [{i}, n]")));

        answers.Select(answer => answer.Should().BeOfType<ScriptReturned>().Which.Result.ToJson()).Should().Equal(Enumerable.Range(0, 30).Select(i => $"[{i},1]"));
    }

    [Test]
    public async Task A_process_that_is_killed_takes_its_script_alone()
    {
        var victim = _sandbox.RunAsync("console.log('here'); for (;;);", limitMs: 60_000);
        await Eventually.IsTrueAsync(() => Task.FromResult(_sandbox.Lines.Count == 1), "The script's start");
        var others = _sandbox.RunAsync("await new Promise(r => setTimeout(r, 300)); return 1");
        Kill(Children().OrderByDescending(CpuTime).First());

        (await victim).Should().BeOfType<ScriptFailed>().Which.Should().Be(
            new ScriptFailed(ScriptProblem.Lost, "The script's process is gone: it was killed from outside, or it crashed."));
        (await others).Should().BeOfType<ScriptReturned>();
    }

    [Test]
    public async Task Processes_that_died_while_they_waited_are_replaced()
    {
        await _sandbox.ReturnedAsync("return 1");
        await Eventually.IsTrueAsync(() => Task.FromResult(_sandbox.Sandbox.ReadyCount == 2), "Two that are ready");
        Children().ToList().ForEach(Kill);
        await Eventually.IsTrueAsync(() => Task.FromResult(Children().Count == 0), "Their end");

        (await _sandbox.ReturnedAsync("return 2")).Should().Be("2");
    }

    [Test]
    public async Task Disposed_it_leaves_no_process()
    {
        await _sandbox.ReturnedAsync("return 1");
        await Eventually.IsTrueAsync(() => Task.FromResult(_sandbox.Sandbox.ReadyCount == 2), "Two that are ready");

        await _sandbox.DisposeAsync();

        await Eventually.IsTrueAsync(() => Task.FromResult(Children().Count == 0), "The end of all");
    }

    [Test]
    public async Task Without_Node_the_error_says_what_to_install()
    {
        await using var sandbox = new TestSandbox(options => options.Node = "node-that-is-not-there");

        var run = () => sandbox.RunAsync("return 1");

        (await run.Should().ThrowAsync<SandboxUnavailableException>()).WithMessage("*Node.js 20 or newer*apt-get install nodejs*Orchestrator:Scripts:Node*");
    }

    [Test]
    public async Task Without_namespaces_it_is_refused_unless_the_operator_says_so()
    {
        using var folder = TestFolder.Create();
        var path = Environment.GetEnvironmentVariable("PATH");
        Script.Write(Path.Combine(folder.Path, "unshare"), "echo 'unshare: unshare failed: Operation not permitted'; exit 1");
        Environment.SetEnvironmentVariable("PATH", folder.Path + Path.PathSeparator + path);
        try
        {
            var run = () => _sandbox.RunAsync("return 1");
            (await run.Should().ThrowAsync<SandboxUnavailableException>())
                .WithMessage("*namespace*unshare failed: Operation not permitted*Orchestrator:Scripts:AllowWithoutNamespaces*");
            await using var open = new TestSandbox(options => options.AllowWithoutNamespaces = true);
            (await open.ReturnedAsync("return 1")).Should().Be("1");
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    /// <summary>The Node.js processes below this one.</summary>
    private static List<int> Children()
    {
        var parents = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Select(name => (Id: int.Parse(name!, CultureInfo.InvariantCulture), Stat: Read($"/proc/{name}/stat"))).Where(one => one.Stat.Length > 0)
            .ToDictionary(one => one.Id, one => (Name: one.Stat.Split('(', ')')[1], Parent: int.Parse(one.Stat[(one.Stat.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture)));
        return [.. parents.Where(one => one.Value.Name == "node" && parents.TryGetValue(one.Value.Parent, out var parent) && parent.Parent == Environment.ProcessId).Select(one => one.Key)];
    }

    private static long CpuTime(int process) => Read($"/proc/{process}/stat") is { Length: > 0 } stat
        ? long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[11], CultureInfo.InvariantCulture) : 0;

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static void Kill(int process)
    {
        using var node = Process.GetProcessById(process);
        node.Kill();
    }
}
