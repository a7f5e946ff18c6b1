using Hangfire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Benchmarks.Service;

/// <summary>Hangfire's dashboard on the storage of a service, on loopback.</summary>
internal sealed class DashboardTarget : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DashboardTarget(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static async Task<DashboardTarget> StartAsync(BenchmarkedService service, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapHangfireDashboard(new DashboardOptions(), service.Get<JobStorage>());
        await app.StartAsync(cancellationToken);
        return new DashboardTarget(app);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
