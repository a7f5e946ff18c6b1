using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>The sample of the library: a host of its own that dispatches in its own transactions and brings its own step.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class ShopTests
{
    private TestDatabase _database = null!;
    private TestFolder _folder = null!;

    [SetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateEmptyAsync();
        _folder = TestFolder.Create();
    }

    [TearDown]
    public async Task Stop()
    {
        _folder.Dispose();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_committed_order_is_fulfilled_and_one_rolled_back_has_no_run()
    {
        await using var shop = await StartAsync();

        using var placed = await shop.Client.PostAsJsonAsync("/orders", new { id = 7, total = 12.5, customer = "ada" });
        placed.StatusCode.Should().Be(HttpStatusCode.Accepted, shop.Output);
        var run = (await placed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run").GetGuid();
        var result = await shop.Client.GetStringAsync($"/runs/{run}/result");
        using var blocked = await shop.Client.PostAsJsonAsync("/orders", new { id = 8, total = 3, customer = "blocked" });
        using var refused = await shop.Client.PostAsJsonAsync("/orders", new { id = 9, total = -1, customer = "bob" });

        Json.Compact(result).Should().Be("""{"charged":12.5,"receipt":"Order 7 is paid: P-7"}""");
        (blocked.StatusCode, refused.StatusCode).Should().Be((HttpStatusCode.Conflict, HttpStatusCode.UnprocessableEntity));
        (await refused.Content.ReadAsStringAsync()).Should().Contain("payload.total");
        var rolledBack = (await blocked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run").GetGuid();
        (await shop.Client.GetAsync($"/runs/{rolledBack}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await ScalarAsync("select string_agg(id::text, ',') from orders")).Should().Be("7");
        (await ScalarAsync("select string_agg(workflow_run_id::text, ',') from orchestrator.workflow_runs")).Should().Be(run.ToString());
        (await ScalarAsync("select string_agg(concat_ws(' ', key, order_id, amount), ',') from payments")).Should().Be($"{run}:pay:0 7 12.5");
        (await ScalarAsync("select logs #>> '{0,message}' from orchestrator.job_attempts where logs is not null")).Should().Be("Charged 12.5 Eur for order 7");
    }

    [Test]
    public async Task Its_schedule_is_a_recurring_job_and_its_step_is_in_the_schema()
    {
        await using var shop = await StartAsync();

        (await ScalarAsync("select string_agg(value, ',') from hangfire.set where key = 'recurring-jobs'")).Should().Contain("code:Shop:nightly_report:0");
        (await ScalarAsync("select value from hangfire.hash where key = 'recurring-job:code:Shop:nightly_report:0' and field = 'Cron'")).Should().Be("0 7 * * *");
        (await shop.Client.GetStringAsync("/workflows/schema.json")).Should().Contain("\"const\": \"charge\"").And.Contain("In units of the currency.");
    }

    [Test]
    public async Task A_step_with_a_broken_config_is_refused_at_its_line()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Path.GetDirectoryName(Program)!, "workflows")))
        {
            File.Copy(file, Path.Combine(_folder.Path, Path.GetFileName(file)));
        }

        var text = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "fulfil_order.yml"));
        await File.WriteAllTextAsync(
            Path.Combine(_folder.Path, "broken.yml"),
            text.Replace("key: fulfil_order", "key: broken").Replace("\"{{ inputs.total }}\"", "20000").Replace("currency: \"{{", "curency: \"{{"));
        await using var shop = await StartAsync(("Orchestrator__WorkflowsFolder", _folder.Path));

        var amount = Array.FindIndex(text.Split('\n'), line => line.Contains("amount:")) + 1;
        shop.Output.Should().Contain($"broken.yml:{amount}:13: error: steps[0].amount: 20000 is not between 0.01 and 10000")
            .And.Contain($"broken.yml:{amount + 1}:5: error: steps[0].curency: unknown field `curency`. Did you mean `currency`?");
        using var placed = await shop.Client.PostAsJsonAsync("/orders", new { id = 1, total = 1 });
        placed.StatusCode.Should().Be(HttpStatusCode.Accepted, "the other files are as good as before");
    }

    /// <summary>The sample as it was built with these tests: in its own folder, at the same place below it.</summary>
    private static string Program
    {
        get
        {
            var tests = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(tests.FullName, "Orchestrator.Tests.csproj")))
            {
                tests = tests.Parent!;
            }

            var below = Path.GetRelativePath(tests.FullName, AppContext.BaseDirectory);
            return Path.GetFullPath(Path.Combine(tests.Parent!.FullName, "samples", "Shop", below, "Shop.dll"));
        }
    }

    private Task<ServiceProcess> StartAsync(params (string Name, string? Value)[] environment) => ServiceProcess.StartProgramAsync(
        Program, _folder.Path, [("ConnectionStrings__Shop", _database.ConnectionString), .. environment]);

    private async Task<string?> ScalarAsync(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }
}
