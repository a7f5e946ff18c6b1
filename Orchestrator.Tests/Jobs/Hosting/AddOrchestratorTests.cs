using Hangfire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestrator.Jobs;
using Orchestrator.Jobs.Hosting;

namespace Orchestrator.Tests.Jobs.Hosting;

/// <summary>The orchestrator in a host's services.</summary>
[TestFixture]
internal sealed class AddOrchestratorTests
{
    [Test]
    public void Settings_come_from_a_section_and_code_is_over_them()
    {
        var services = new ServiceCollection().AddOrchestrator(
            Section(("Role", "Worker"), ("Workers", "7"), ("Queues:0", "fast"), ("ConnectionString", "Host=db"), ("SweepInterval", "00:00:02")),
            options => options.Workers = 8);

        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<OrchestratorOptions>();

        (options.Role, options.Workers, options.ConnectionString, options.SweepInterval)
            .Should().Be((OrchestratorRole.Worker, 8, "Host=db", TimeSpan.FromSeconds(2)));
        options.Queues.Should().Equal("fast");
    }

    [Test]
    public void A_setting_that_cannot_be_read_is_named()
    {
        var add = () => new ServiceCollection().AddOrchestrator(Section(("Workers", "many")));

        add.Should().Throw<OptionsValidationException>().WithMessage("*Orchestrator:Workers*");
    }

    [Test]
    public async Task The_orchestrator_can_be_injected_before_the_host_starts_and_says_so_when_it_is_used()
    {
        var services = new ServiceCollection().AddLogging().AddOrchestrator(options => options.ConnectionString = "Host=db");
        await using var provider = services.BuildServiceProvider();

        var dispatch = () => provider.GetRequiredService<IOrchestrator>().DispatchAsync(new RunRequest("x"));

        await dispatch.Should().ThrowAsync<InvalidOperationException>().WithMessage("*start the host first*");
    }

    [Test]
    public void A_second_orchestrator_and_a_second_Hangfire_are_refused()
    {
        var twice = () => new ServiceCollection().AddOrchestrator(_ => { }).AddOrchestrator(_ => { });
        var beside = () => new ServiceCollection().AddHangfire(_ => { }).AddOrchestrator(_ => { });

        twice.Should().Throw<InvalidOperationException>().WithMessage("*called twice*");
        beside.Should().Throw<InvalidOperationException>().WithMessage("*AddHangfire was called before*");
    }

    [Test]
    public void Nothing_of_the_hosts_own_is_taken() =>
        new ServiceCollection().AddOrchestrator(_ => { }).Select(service => service.ServiceType)
            .Should().NotContain([typeof(Npgsql.NpgsqlDataSource), typeof(HttpMessageInvoker), typeof(HttpClient), typeof(Random)]);

    private static IConfigurationSection Section(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(one => KeyValuePair.Create("Orchestrator:" + one.Name, (string?)one.Value)))
        .Build().GetSection("Orchestrator");
}
