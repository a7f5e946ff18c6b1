using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Configuration;

/// <summary>Jobs in a host: its storage, its services, its end.</summary>
[TestFixture]
internal sealed class HostTests : HangfireFixture
{
    [Test]
    public async Task AHostPerformsJobsWithItsServices()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddHangfire(configuration => configuration
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UsePostgreSqlStorage(options => options.UseNpgsqlConnection(ConnectionString)));
        builder.Services.AddHangfireServer(static options => options.WorkerCount = 2);
        builder.Services.AddScoped<Counter>();
        using var host = builder.Build();
        await host.StartAsync();
        var id = host.Services.GetRequiredService<IBackgroundJobClient>().Enqueue<JobWithService>(job => job.Count())!;
        await UntilStateAsync(id, "Succeeded");
        Rows("state").Should().Contain(static row => Equals(row["name"], "Succeeded") && ((string)row["data"]!).Contains("\"Result\": \"1\""));
        await host.StopAsync();
        Rows("server").Should().BeEmpty();
    }

    [Test]
    public async Task AHostMayServeAnotherStorageToo()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddHangfire(static configuration => configuration.UseDefaultActivator());
        builder.Services.AddHangfireServer(static (_, options) => options.ServerName = "other", Storage);
        using var host = builder.Build();
        await host.StartAsync();
        await UntilStateAsync(Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!, "Succeeded");
        Rows("server").Single()["id"].Should().BeOfType<string>().Which.Should().StartWith("other:");
        await host.StopAsync();
    }

    public sealed class Counter
    {
        public int Value { get; set; }
    }

    public sealed class JobWithService(Counter counter)
    {
        public int Count() => ++counter.Value;
    }
}
