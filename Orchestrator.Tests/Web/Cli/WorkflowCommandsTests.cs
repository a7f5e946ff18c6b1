using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Web.Cli;

/// <summary>The commands that read workflow files look where the service does.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class WorkflowCommandsTests
{
    private readonly TestFolder _folder = TestFolder.Create();

    [OneTimeSetUp]
    public void Write()
    {
        Write("workflows/here.yml", "{ key: here, steps: [{ id: a, type: transform, value: 1 }] }");
        Write("elsewhere/there.yml", "{ key: there, steps: [{ id: a, type: transform, value: 1 }, { id: b, type: transform, value: 2 }] }");
        Write("elsewhere/more.yml", "{ key: more, steps: [{ id: a, type: transform, value: 1 }] }");
        Write("elsewhere/tests/there.test.yml", "workflow: there\ntests: [{ name: one, expect: { status: success } }]");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "empty"));
    }

    [OneTimeTearDown]
    public void Remove() => _folder.Dispose();

    [TestCase(0, "2 files: 2 good", "elsewhere", "validate")]
    [TestCase(0, "1 passed, 0 failed", "elsewhere", "test")]
    [TestCase(0, "success after", "elsewhere", "dry-run", "there")]
    [TestCase(0, "flowchart", "elsewhere", "graph", "there")]
    [TestCase(2, "empty'", "empty", "validate")]
    [TestCase(2, "elsewhere", "elsewhere", "dry-run", "here")]
    [TestCase(2, "elsewhere", "elsewhere", "graph", "here")]
    public async Task The_folder_of_the_settings_counts_and_is_named(int code, string said, string folder, params string[] arguments)
    {
        var (found, output) = await RunAsync(folder, arguments);

        output.Should().Contain(said);
        found.Should().Be(code);
    }

    [Test]
    public async Task An_import_does_not_write_over_a_file()
    {
        Write("run.json", """{"schemaVersion": "1.5", "name": "n", "workflow": {"specification": {"tasks": [{"id": "a"}]}}}""");
        var output = Write("kept.yml", "mine");

        var (code, said) = await RunAsync("workflows", "import", "wfformat", Path.Combine(_folder.Path, "run.json"), "--out", output);

        (code, await File.ReadAllTextAsync(output)).Should().Be((1, "mine"));
        said.Should().Contain("is there already");
    }

    private Task<(int ExitCode, string Output)> RunAsync(string folder, params string[] arguments) =>
        ServiceProcess.RunAsync(_folder.Path, arguments, ("Workflows__Folder", Path.Combine(_folder.Path, folder)));

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
