using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Benchmarks.Service;

/// <summary>A host that uses Hangfire alone, as its users do: services in a scope per job, retries, a filter of their own.</summary>
internal sealed class PlainHost : IAsyncDisposable
{
    private const int Workers = 100;

    private readonly IHost _host;

    private PlainHost(IHost host) => _host = host;

    public IBackgroundJobClient Client => _host.Services.GetRequiredService<IBackgroundJobClient>();

    public static async Task<PlainHost> StartAsync(string connectionString, bool works, CancellationToken cancellationToken)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Error);
        builder.Services.AddScoped<ScopedService>();
        builder.Services.AddHangfire(configuration => configuration.UsePostgreSqlStorage(options => options.UseNpgsqlConnection(connectionString)));
        if (works)
        {
            builder.Services.AddHangfireServer(static options => options.WorkerCount = Workers);
        }

        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new PlainHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}

/// <summary>What a scope makes for each job.</summary>
public sealed class ScopedService : IDisposable
{
    /// <summary>Does nothing.</summary>
    public void Use()
    {
        // The scope is what costs.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The scope disposes it.
    }
}

/// <summary>A job of a user of Hangfire.</summary>
[AutomaticRetry(Attempts = 3)]
[KeepAWeek]
public sealed class ScopedJob(ScopedService service)
{
    /// <summary>The job.</summary>
    public void Run()
    {
        service.Use();
        new NoOpJob().Run();
    }
}

/// <summary>A filter that an application has: it keeps jobs for longer, and is asked about every state.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KeepAWeekAttribute : JobFilterAttribute, IApplyStateFilter
{
    /// <inheritdoc/>
    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction) => context.JobExpirationTimeout = TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction) => context.JobExpirationTimeout = TimeSpan.FromDays(7);
}
