using Microsoft.Extensions.DependencyInjection;

namespace Hangfire.AspNetCore;

/// <summary>Makes the objects of each job in a scope of the application's services.</summary>
public class AspNetCoreJobActivator : JobActivator
{
    private readonly IServiceScopeFactory serviceScopeFactory;

    /// <summary>Makes objects in scopes of <paramref name="serviceScopeFactory"/>.</summary>
    public AspNetCoreJobActivator(IServiceScopeFactory serviceScopeFactory)
    {
        ArgumentNullException.ThrowIfNull(serviceScopeFactory);
        this.serviceScopeFactory = serviceScopeFactory;
    }

    public override JobActivatorScope BeginScope(JobActivatorContext context) => new Scope(serviceScopeFactory.CreateAsyncScope());

#pragma warning disable CS0672 // The obsolete form is asked for by others.
    public override JobActivatorScope BeginScope() => new Scope(serviceScopeFactory.CreateAsyncScope());
#pragma warning restore CS0672

    private sealed class Scope(AsyncServiceScope services) : JobActivatorScope
    {
        public override object? Resolve(Type type) => ActivatorUtilities.GetServiceOrCreateInstance(services.ServiceProvider, type);

        public override void DisposeScope() => services.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
