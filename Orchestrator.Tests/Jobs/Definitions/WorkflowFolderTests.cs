using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.Readiness;
using Database = Orchestrator.Jobs.Storage.Database;

namespace Orchestrator.Tests.Jobs.Definitions;

/// <summary>Files that are dropped in, changed, broken and removed while the service runs.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class WorkflowFolderTests
{
    private const string Tenant = DispatchRequest.DefaultTenant;

    private TestDatabase _database = null!;
    private Database _opened = null!;
    private string _folder = null!;
    private WorkflowStore _store = null!;
    private WorkflowFolder _workflows = null!;

    [SetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _opened = Database.Open(_database.ConnectionString);
        _folder = Directory.CreateTempSubdirectory("workflow-folder-").FullName;
        _store = new WorkflowStore(_opened);
        _workflows = Folder();
    }

    [TearDown]
    public async Task Stop()
    {
        _workflows.Dispose();
        Directory.Delete(_folder, recursive: true);
        await _opened.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_file_that_is_added_can_be_dispatched()
    {
        await _workflows.LoadAsync(default);
        Write("one.yml", Workflow("one", "1"));
        await _workflows.LoadAsync(default);

        (await _store.FindHeadAsync(Tenant, "one", default)).Should().Be(1);
    }

    [Test]
    public async Task A_file_that_is_changed_makes_a_version_and_one_changed_back_takes_the_old()
    {
        Write("one.yml", Workflow("one", "1"));
        await _workflows.LoadAsync(default);
        Write("one.yml", Workflow("one", "2"));
        await _workflows.LoadAsync(default);
        var changed = await _store.FindHeadAsync(Tenant, "one", default);
        Write("one.yml", Workflow("one", "1"));
        await _workflows.LoadAsync(default);

        changed.Should().Be(2);
        (await _store.FindHeadAsync(Tenant, "one", default)).Should().Be(1);
    }

    [Test]
    public async Task A_file_that_is_broken_leaves_the_last_good_version_and_the_others()
    {
        Write("one.yml", Workflow("one", "1"));
        await _workflows.LoadAsync(default);
        Write("one.yml", "key: one\nsteps: [");
        Write("two.yml", Workflow("two", "2"));
        var files = await _workflows.LoadAsync(default);

        files.Single(file => file.Name == "one.yml").Diagnostics.Should().NotBeEmpty();
        (await _store.FindHeadAsync(Tenant, "one", default)).Should().Be(1);
        (await _store.FindHeadAsync(Tenant, "two", default)).Should().Be(1);
    }

    [Test]
    public async Task A_key_stays_with_the_file_that_has_it()
    {
        Write("one.yml", Workflow("one", "1"));
        await _workflows.LoadAsync(default);
        Write("earlier.yml", Workflow("one", "2"));
        var files = await _workflows.LoadAsync(default);

        files.Single(file => !file.IsGood).Name.Should().Be("earlier.yml");
        (await _store.FindHeadAsync(Tenant, "one", default)).Should().Be(1);

        Write("one.yml", "key: one");
        (await _workflows.LoadAsync(default)).Should().OnlyContain(file => !file.IsGood, "a bad file keeps its workflow as it was");
        (await _store.FindHeadAsync(Tenant, "one", default)).Should().Be(1);
    }

    [Test]
    public async Task A_file_that_is_removed_is_withdrawn_also_after_it_was_broken()
    {
        Write("one.yml", Workflow("one", "1"));
        Write("two.yml", Workflow("two", "2"));
        await _workflows.LoadAsync(default);
        Write("two.yml", "nonsense");
        await _workflows.LoadAsync(default);
        File.Delete(Path.Combine(_folder, "one.yml"));
        File.Delete(Path.Combine(_folder, "two.yml"));
        await _workflows.LoadAsync(default);

        (await _store.FindHeadAsync(Tenant, "one", default)).Should().BeNull();
        (await _store.FindHeadAsync(Tenant, "two", default)).Should().BeNull();
        (await _store.FindAsync(Tenant, "one", 1, default)).Should().NotBeNull("runs that use the version go on");
    }

    [Test]
    public async Task A_file_under_another_name_is_the_same_workflow()
    {
        Write("one.yml", Workflow("one", "1"));
        await _workflows.LoadAsync(default);
        File.Move(Path.Combine(_folder, "one.yml"), Path.Combine(_folder, "uno.yaml"));
        await _workflows.LoadAsync(default);

        (await _store.FindHeadAsync(Tenant, "one", default)).Should().Be(1);
    }

    [Test]
    public async Task What_the_API_put_since_outlives_a_restart_and_the_removal_of_the_file()
    {
        Write("one.yml", Workflow("one", "1"));
        await _workflows.LoadAsync(default);
        var put = Workflow("one", "'put'");
        await _store.PutAsync(Tenant, WorkflowParser.Parse(put, "put").Definition!, put, file: null, isRestart: false, default);
        using var restarted = Folder();
        await restarted.LoadAsync(default);
        var afterRestart = await _store.FindHeadAsync(Tenant, "one", default);
        File.Delete(Path.Combine(_folder, "one.yml"));
        await restarted.LoadAsync(default);

        afterRestart.Should().Be(2);
        (await _store.FindHeadAsync(Tenant, "one", default)).Should().Be(2);
    }

    [Test]
    public async Task What_the_API_put_gives_its_place_back_to_the_file_when_it_is_withdrawn()
    {
        Write("one.yml", Workflow("one", "1"));
        await _workflows.LoadAsync(default);
        var put = Workflow("one", "'put'");
        await _store.PutAsync(Tenant, WorkflowParser.Parse(put, "put").Definition!, put, file: null, isRestart: false, default);
        await _store.WithdrawAsync(Tenant, "one", null, default);

        var back = await _workflows.TakeBackAsync(Tenant, "one", default);

        back.Should().Be((1, "one.yml"));
        (await _store.FindHeadAsync(Tenant, "one", default)).Should().Be(1);
        (await _workflows.TakeBackAsync("other", "one", default)).Should().BeNull("the files are the default tenant's");
        (await _workflows.TakeBackAsync(Tenant, "two", default)).Should().BeNull();
    }

    [Test]
    public async Task Hidden_files_are_left_alone_and_endings_may_be_in_capitals()
    {
        Write(".one.yml", "nonsense");
        Write("two.YML", Workflow("two", "1"));

        var files = await _workflows.LoadAsync(default);

        files.Select(file => file.Name).Should().Equal("two.YML");
        (await _store.FindHeadAsync(Tenant, "two", default)).Should().Be(1);
    }

    [Test]
    public async Task The_readiness_file_is_taken_over_and_a_broken_one_leaves_the_last_good()
    {
        await _workflows.LoadAsync(default);
        var before = _workflows.Readiness;
        Write("readiness.yml", "online_probability: 0.25");
        await _workflows.LoadAsync(default);
        Write("readiness.yml", "online_probability: 0.25 +");
        var files = await _workflows.LoadAsync(default);
        var broken = _workflows.Readiness;
        File.Delete(Path.Combine(_folder, "readiness.yml"));
        await _workflows.LoadAsync(default);

        before.Should().BeSameAs(ReadinessSettings.Default);
        broken.OnlineProbability.Source.Should().Be("0.25");
        files.Should().ContainSingle().Which.Diagnostics.Should().ContainSingle().Which.Path.Should().Be("online_probability");
        _workflows.Readiness.Should().BeSameAs(ReadinessSettings.Default);
    }

    [Test]
    public async Task A_readiness_file_in_a_folder_within_is_refused()
    {
        Write(Path.Combine("inner", "readiness.yml"), "online_probability: 0.25");

        (await _workflows.LoadAsync(default)).Should().ContainSingle().Which.Diagnostics.Should().ContainSingle()
            .Which.Message.Should().Contain("there is one such file, in the workflows' folder itself");
        _workflows.Readiness.Should().BeSameAs(ReadinessSettings.Default);
    }

    [Test]
    public async Task While_the_service_runs_the_folder_is_looked_at()
    {
        await _workflows.LoadAsync(default);
        await _workflows.StartAsync(default);
        Write("one.yml", Workflow("one", "1"));
        await Eventually.IsTrueAsync(async () => await _store.FindHeadAsync(Tenant, "one", default) == 1, "the workflow");
        File.Delete(Path.Combine(_folder, "one.yml"));
        await Eventually.IsTrueAsync(async () => await _store.FindHeadAsync(Tenant, "one", default) is null, "its withdrawal");
        await _workflows.StopAsync(default);
    }

    [Test]
    public async Task Files_of_tests_and_other_names_are_no_workflows()
    {
        Write(Path.Combine("tests", "one.test.yml"), "workflow: one");
        Write("readme.md", "# not one");
        Write(Path.Combine("examples", "deep.yml"), Workflow("deep", "1"));

        (await _workflows.LoadAsync(default)).Select(file => file.Name).Should().Equal(Path.Combine("examples", "deep.yml"));
    }

    /// <summary>A version holds the templates that it was read with; a bad or missing one keeps the last good version.</summary>
    [Test]
    public async Task A_change_of_a_template_makes_versions_of_those_who_use_it()
    {
        var template = Path.Combine("templates", "double.yml");
        Write(template, Template("params.n * 2"));
        Write("user.yml", "{ key: user, steps: [{ id: a, uses: double, with: { n: 4 } }] }");
        Write("other.yml", Workflow("other", "1"));
        var first = await _workflows.LoadAsync(default);
        Write(template, Template("params.n * 3"));
        await _workflows.LoadAsync(default);
        Write(template, "template: double\nsteps: oops");
        var bad = await _workflows.LoadAsync(default);
        var headWhileBad = await _store.FindHeadAsync(Tenant, "user", default);
        File.Delete(Path.Combine(_folder, template));
        var without = await _workflows.LoadAsync(default);

        first.Should().OnlyContain(file => file.IsGood).And.HaveCount(3);
        headWhileBad.Should().Be(2);
        bad.Where(file => !file.IsGood).Select(file => file.Name).Should().Equal(template);
        without.Single(file => !file.IsGood).Diagnostics.Single().Message.Should().Be("there is no template `double`");
        (await _store.FindHeadAsync(Tenant, "user", default)).Should().Be(2);
        (await _store.FindHeadAsync(Tenant, "other", default)).Should().Be(1);
        var catalog = new WorkflowCatalog(_store, StepCatalog.BuiltIn, TimeProvider.System);
        foreach (var (version, result) in new[] { (1, 8), (2, 12) })
        {
            var step = (TransformAction)(await catalog.GetAsync(Tenant, "user", version, default)).Definition.Steps[0].Action;
            step.Value.Render(new Scope()).Should().Be(Value.Of(result), "another process reads it whole from the database");
        }
    }

    private static string Template(string value) =>
        $"template: double\nparameters: {{ n: {{ type: number, required: true }} }}\nsteps: [{{ id: x, type: transform, value: {value} }}]";

    private static string Workflow(string key, string value) =>
        $$"""{ key: {{key}}, steps: [{ id: a, type: transform, value: "{{value}}" }] }""";

    private WorkflowFolder Folder()
    {
        var storage = new PostgreSqlStorage(
            new NpgsqlConnectionFactory(_database.ConnectionString, new PostgreSqlStorageOptions()), new PostgreSqlStorageOptions());
        var registry = new WorkflowRegistry(
            _store, new WorkflowCatalog(_store, StepCatalog.BuiltIn, TimeProvider.System),
            new CronTriggers(new RecurringJobManager(storage), new RecurringJobs(storage)));
        return new WorkflowFolder(
            new ProjectFolders(_folder, _folder), registry, StepCatalog.BuiltIn, TimeProvider.System, NullLogger<WorkflowFolder>.Instance);
    }

    private void Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
