using System.Text;
using Orchestrator.Jobs.Storage.Embedded;

namespace Orchestrator.Tests.Scenarios;

/// <summary>Something that somebody drops into the workflows' folder, and what is to be said about it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MakeAsync">Puts it to the path.</param>
/// <param name="Place">Line and column that are named.</param>
/// <param name="Said">A part of the message or of the advice.</param>
internal sealed record BrokenFile(string Name, Func<string, Task> MakeAsync, string Place, string Said)
{
    private const string Step = "steps: [{id: a, type: transform, value: 1}]\n";

    public static IReadOnlyList<BrokenFile> All { get; } =
    [
        Text("unknown_field", "key: k\nstepz: []\n" + Step, "2:1", "Did you mean `steps`?"),
        Text("unknown_step_field", "key: k\nsteps: [{id: a, call: /x, metod: GET}]\n", "2:27", "Did you mean `method`?"),
        Text("cycle", "key: k\nsteps:\n  - {id: a, call: /x, depends_on: b}\n  - {id: b, call: /x, depends_on: a}\n", "3:5", "a → b → a"),
        Text("itself", "key: k\nsteps:\n  - {id: a, call: /x, depends_on: a}\n", "3:35", "names itself"),
        Text("unknown_step", "key: k\nsteps:\n  - {id: one, call: /x}\n  - {id: b, call: /x, depends_on: oen}\n", "4:35", "Did you mean `one`?"),
        Text("duplicate_step", "key: k\nsteps: [{id: a, call: /x}, {id: a, call: /y}]\n", "2:33", "is here twice"),
        Text("duplicate_field", "key: k\nkey: l\n" + Step, "2:1", "Remove one of the two"),
        Text("duplicate_key", "key: good\n" + Step, "1:1", "is also the key of"),
        Text("bad_cron", "key: k\ntrigger: {type: cron, cron: 0 24 * * *}\n" + Step, "2:31", "expected 0–23"),
        Text("bad_zone", "key: k\ntrigger: {type: cron, cron: 0 7 * * *, timezone: Europe/Belrin}\n" + Step, "2:50", "Europe/Berlin"),
        Text("bad_type", "key: k\nsteps: [{id: a, type: htpp, url: 'http://x'}]\n", "2:23", "Did you mean `http`?"),
        Text("not_yet", "key: k\nsecrets: [A]\nsteps: [{id: a, call: /x}]\n", "2:1", "not yet supported"),
        Text("bad_expression", "key: k\nsteps: [{id: a, type: transform, value: 'inputs.('}]\n", "2:49", "error"),
        Text("unknown_root", "key: k\nsteps: [{id: a, type: transform, value: 'input.name'}]\n", "2:42", "inputs"),
        Text("bad_number", "key: k\nconfig: {timeout_ms: 5s}\n" + Step, "2:22", "expected a whole number"),
        Text("out_of_range", "key: k\nconfig: {max_retries: 0}\n" + Step, "2:23", "not between 1 and 1000"),
        Text("bad_priority", "key: k\nconfig: {priority: soon}\n" + Step, "2:20", "urgent"),
        Text("bad_key", "key: Daily Run\n" + Step, "1:6", "can't be a workflow's key"),
        Text("no_key", Step, "1:1", "`key` is missing"),
        Text("no_steps", "key: k\n", "1:1", "`steps` is missing"),
        Text("empty_steps", "key: k\nsteps: []\n", "2:8", "there are no steps"),
        Text("list", "- a\n- b\n", "1:1", "expected a mapping"),
        Text("empty", "", "1:1", "the file is empty"),
        Text("comment", "# nothing but a comment\n", "1:1", "the file is empty"),
        Text("tabs", "key: k\nsteps:\n\t- id: a\n", "3:1", "indented with spaces"),
        Text("two_documents", "key: k\n" + Step + "---\nkey: l\n", "3:1", "Move it into a file of its own"),
        Text("unclosed", "key: k\nsteps: [\n", "3:1", "this is no YAML"),
        Text("no_anchor", "key: k\nvariables: {a: *none}\n" + Step, "2:16", "no anchor"),
        Text("own_anchor", "key: k\nvariables: &v {a: *v}\n" + Step, "2:19", "holds itself"),
        Text("merge_key", "key: k\nvariables: {<<: {a: 1}}\n" + Step, "2:13", "merge keys"),
        Text("tag", "key: k\nvariables: {a: !!python/object 1}\n" + Step, "2:16", "not supported"),
        Text("alias_bomb", AliasBomb(), "7:47", "the aliases stand for more than"),
        Text("brackets", "key: k\nvariables: " + new string('[', 100_000) + "\n" + Step, "2:", "nest deeper than 64"),
        Text("braces", new string('{', 100_000), "1:", "error"),
        Text("deep", "key: k\n" + string.Concat(Enumerable.Range(0, 500).Select(level => new string(' ', level) + "a:\n")), "", "error"),
        Text("deep_expression", $"key: k\nsteps: [{{id: a, type: transform, value: '{new string('(', 100_000)}'}}]\n", "2:", "nests deeper than 100"),
        Text("many_steps", "key: k\nsteps:\n" + string.Concat(Enumerable.Range(0, 10_001).Select(i => $"- {{id: s{i}, call: /x}}\n")), "", "more than the 10000"),
        Text("nul", "key: k\nname: a\0b\n" + Step, "2:8", "Save it as UTF-8"),
        Bytes("latin1", [.. "key: k\nname: Gr"u8, 0xFC, .. "n\n"u8, .. Encoding.UTF8.GetBytes(Step)], "2:9", "the byte 0xFC"),
        Bytes("binary", [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0xFF, 0x80], "1:", "error"),
        Bytes("bom_only", [0xEF, 0xBB, 0xBF], "1:1", "the file is empty"),
        Bytes("utf16_no_bom", Encoding.Unicode.GetBytes("key: k\n" + Step), "1:2", "the file is not text"),
        Text("huge", "key: k\n#" + new string('x', 1 << 20), "1:1", "larger than 1 MiB"),
        new("sparse.yml", SparseAsync, "1:1", "larger than 1 MiB"),
        new("folder.yml", path => Task.FromResult(Directory.CreateDirectory(path)), "1:1", "Rename the folder"),
        new("unreadable.yml", UnreadableAsync, "1:1", "this user may read it"),
        new("locked_folder", LockedAsync, "1:1", "the folder can't be read"),
        new("dangling.yml", path => Task.FromResult(File.CreateSymbolicLink(path, "/nowhere/at/all")), "1:1", "can't be read"),
        new("circle.yml", path => Task.FromResult(File.CreateSymbolicLink(path, path)), "1:1", "can't be read"),
        new("pipe.yml", path => RunAsync("mkfifo", path), "1:1", "a pipe or a device"),
        new("device.yml", path => Task.FromResult(File.CreateSymbolicLink(path, "/dev/zero")), "1:1", "error"),
    ];

    public override string ToString() => Name;

    private static BrokenFile Text(string name, string content, string place, string said) =>
        new($"{name}.yml", path => File.WriteAllTextAsync(path, content), place, said);

    private static BrokenFile Bytes(string name, byte[] content, string place, string said) =>
        new($"{name}.yml", path => File.WriteAllBytesAsync(path, content), place, said);

    private static string AliasBomb()
    {
        var text = new StringBuilder("key: k\nvariables:\n  v0: &v0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
        for (var i = 1; i < 10; i++)
        {
            text.Append($"  v{i}: &v{i} [{string.Join(", ", Enumerable.Repeat($"*v{i - 1}", 10))}]\n");
        }

        return text + Step;
    }

    private static async Task SparseAsync(string path)
    {
        await using var file = File.Create(path);
        file.SetLength(1L << 40);
    }

    private static async Task UnreadableAsync(string path)
    {
        await File.WriteAllTextAsync(path, "key: k\n" + Step);
        await RunAsync("chmod", "000", path);
    }

    private static async Task LockedAsync(string path)
    {
        Directory.CreateDirectory(path);
        await File.WriteAllTextAsync(Path.Combine(path, "inside.yml"), "key: inside\n" + Step);
        await RunAsync("chmod", "000", path);
    }

    private static async Task RunAsync(string program, params string[] arguments) =>
        (await ServerCommand.RunAsync(program, arguments, user: null, CancellationToken.None)).Succeeded.Should().BeTrue(program);
}
