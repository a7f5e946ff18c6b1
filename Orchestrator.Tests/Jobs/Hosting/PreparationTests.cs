using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Hosting;

namespace Orchestrator.Tests.Jobs.Hosting;

/// <summary>Composing needs no database; starting does, and says what is wrong.</summary>
[TestFixture]
internal sealed class PreparationTests
{
    private const string Nowhere = "Host=127.0.0.1;Port=1;Database=x;Username=nobody;Password=secret-word;Timeout=2";

    [Test]
    public async Task Host_is_composed_without_a_database_and_its_start_tells_that_there_is_none()
    {
        using var host = Build(new OrchestratorOptions { ConnectionString = Nowhere });
        var early = () => host.Services.GetRequiredService<Dispatcher>();
        var start = () => host.StartAsync();

        early.Should().Throw<InvalidOperationException>().WithMessage("*start the host first*");
        await start.Should().ThrowAsync<NpgsqlException>();
    }

    [Test]
    public async Task Wrong_settings_stop_the_start_all_at_once_with_their_names_and_ranges()
    {
        using var host = Build(new OrchestratorOptions
        {
            ConnectionString = "Hots=db;Password=secret-word",
            Workers = 0,
            Role = (OrchestratorRole)7,
        });

        var start = () => host.StartAsync();

        var error = (await start.Should().ThrowAsync<OptionsValidationException>()).Which;
        error.Failures.Should().HaveCount(3);
        error.Message.Should().Contain("Orchestrator:ConnectionString").And.Contain("Orchestrator:Workers is '0'").And.Contain("1 to 1000")
            .And.Contain("All, Web or Worker").And.NotContain("secret-word");
    }

    private static IHost Build(OrchestratorOptions options)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddOrchestrator(options);
        return builder.Build();
    }
}
