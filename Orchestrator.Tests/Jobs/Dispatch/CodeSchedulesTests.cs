using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Dispatch;

/// <summary>Schedules in code, as the host's start leaves them.</summary>
[TestFixture]
internal sealed class CodeSchedulesTests
{
    private const string Greet = "{ key: greet, inputs: { name: { type: string, required: true } }, steps: [{ id: a, type: transform, value: inputs.name }] }";

    private TestDatabase _database = null!;
    private string _folder = null!;

    [SetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _folder = Directory.CreateTempSubdirectory("code-schedules-").FullName;
        await File.WriteAllTextAsync(Path.Combine(_folder, "greet.yml"), Greet);
    }

    [TearDown]
    public async Task Stop()
    {
        Directory.Delete(_folder, recursive: true);
        await _database.DisposeAsync();
    }

    [Test]
    public async Task They_are_recurring_jobs_which_go_when_the_code_no_longer_asks_for_them()
    {
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        using (var host = await StartAsync("shop", options =>
        {
            options.Schedule("greet", Cron.Daily(7), berlin, new { Name = "Ada" });
            options.Schedule("greet", "30 8 * * 1", payload: new { Name = "Bob" });
        }))
        {
            var jobs = Jobs(host);
            jobs.Select(job => (job.Id, job.Cron, job.TimeZoneId)).Should().BeEquivalentTo([
                ("code:shop:greet:0", "0 7 * * *", "Europe/Berlin"), ("code:shop:greet:1", "30 8 * * 1", "UTC")]);
            await host.StopAsync();
        }

        using (var other = await StartAsync("other", options => options.Schedule("greet", Cron.Hourly(), payload: new { Name = "Cy" })))
        {
            Jobs(other).Should().HaveCount(3, "another application's are its own");
            await other.StopAsync();
        }

        using var later = await StartAsync("shop", options => options.Schedule("greet", Cron.Daily(9), payload: new { Name = "Ada" }));
        Jobs(later).Select(job => (job.Id, job.Cron)).Should().BeEquivalentTo([("code:shop:greet:0", "0 9 * * *"), ("code:other:greet:0", "0 * * * *")]);
        await later.StopAsync();
    }

    [Test]
    public async Task An_occurrence_dispatches_with_the_inputs()
    {
        using var host = await StartAsync("shop", options =>
        {
            options.Role = OrchestratorRole.All;
            options.Schedule("greet", Cron.Yearly(), payload: new { Name = "Ada" });
        });

        host.Services.GetRequiredService<IRecurringJobManager>().Trigger("code:shop:greet:0");

        await Eventually.IsTrueAsync(
            async () => await OutputAsync() == "code_schedule \"Ada\"", "the scheduled run's output");
        await host.StopAsync();
    }

    [TestCase("gret", "0 7 * * *", "Ada", "'gret'*no such workflow")]
    [TestCase("greet", "0 7 * *", "Ada", "'greet'*'0 7 * *' is no cron expression")]
    [TestCase("greet", "0 7 * * *", null, "'greet'*payload.name")]
    public async Task A_wrong_one_stops_the_start(string key, string cron, string? name, string message)
    {
        var start = () => StartAsync("shop", options => options.Schedule(key, cron, payload: name is null ? null : new { Name = name }));

        await start.Should().ThrowAsync<OptionsValidationException>().WithMessage($"*Schedule of workflow {message}*");
    }

    private async Task<IHost> StartAsync(string application, Action<OrchestratorOptions> configure)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = application });
        builder.Services.AddOrchestrator(options =>
        {
            options.ConnectionString = _database.ConnectionString;
            options.WorkflowsFolder = _folder;
            options.Role = OrchestratorRole.Web;
            configure(options);
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static List<RecurringJobDto> Jobs(IHost host)
    {
        using var connection = host.Services.GetRequiredService<JobStorage>().GetConnection();
        return connection.GetRecurringJobs();
    }

    private async Task<string?> OutputAsync()
    {
        await using var command = _database.DataSource.CreateCommand(
            "select trigger || ' ' || (output::text) from orchestrator.workflow_runs join orchestrator.workflow_run_data using (workflow_run_id)");
        return await command.ExecuteScalarAsync() as string;
    }
}
