using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orchestrator.Jobs.Hosting;

/// <summary>Services that run with the host, made when it starts them: a host makes its services before the database is open.</summary>
internal static class BackgroundParts
{
    /// <summary>A singleton that starts and stops with the host, in the order in which these are added.</summary>
    public static IServiceCollection AddBackgroundPart<T>(this IServiceCollection services)
        where T : class, IHostedService => services
        .AddSingleton<T>()
        .AddStart<T>();

    /// <summary>The same for a service that is registered already.</summary>
    public static IServiceCollection AddStart<T>(this IServiceCollection services)
        where T : class, IHostedService => services.AddSingleton<IHostedService, Late<T>>();

    private sealed class Late<T>(IServiceProvider services) : IHostedService
        where T : class, IHostedService
    {
        private T? _part;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _part = services.GetRequiredService<T>();
            return _part.StartAsync(cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => _part?.StopAsync(cancellationToken) ?? Task.CompletedTask;
    }
}
