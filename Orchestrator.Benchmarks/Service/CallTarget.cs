using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Benchmarks.Service;

/// <summary>What http steps call: it answers <c>{"ok":true}</c> at once.</summary>
internal sealed class CallTarget : IAsyncDisposable
{
    private readonly WebApplication _app;

    private CallTarget(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static async Task<CallTarget> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(http =>
        {
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync("""{"ok":true}""");
        });
        await app.StartAsync(cancellationToken);
        return new CallTarget(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
