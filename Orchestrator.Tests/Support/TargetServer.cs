using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Tests.Support;

/// <summary>A request that the target saw.</summary>
internal sealed record SeenRequest
{
    public required string Method { get; init; }

    public required string Path { get; init; }

    public required string Query { get; init; }

    public required string Key { get; init; }

    public string? Authorization { get; init; }

    public string? TraceParent { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required string Body { get; init; }

    public required DateTime At { get; init; }
}

/// <summary>A real HTTP service for steps to call; it remembers every request, and answers as the test says.</summary>
internal sealed class TargetServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<SeenRequest> _requests = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _waiting = new();
    private int _seen;
    private readonly ConcurrentDictionary<string, Func<HttpContext, SeenRequest, Task>> _answers = new();

    private TargetServer(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Every request so far, in the order of arrival.</summary>
    public IReadOnlyList<SeenRequest> Requests => [.. _requests];

    /// <summary>Answers a request; by default <c>{"ok": true}</c>.</summary>
    public Func<HttpContext, SeenRequest, Task> Answer { get; set; } = (http, _) => JsonAsync(http, 200, """{"ok": true}""");

    /// <summary>Ends when that many requests have come in.</summary>
    public Task SeenAsync(int count)
    {
        var waiting = _waiting.GetOrAdd(count, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (Volatile.Read(ref _seen) >= count)
        {
            waiting.TrySetResult();
        }

        return waiting.Task;
    }

    /// <summary>Answers the requests to one path in a way of its own.</summary>
    public void On(string path, Func<HttpContext, SeenRequest, Task> answer) => _answers[path] = answer;

    /// <summary>The requests to a path and those below it, in the order of arrival.</summary>
    public IReadOnlyList<SeenRequest> RequestsTo(string path) =>
        [.. _requests.Where(request => request.Path == path || request.Path.StartsWith(path + "/", StringComparison.Ordinal))];

    public static async Task<TargetServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var target = new TargetServer(builder.Build());
        target._app.Run(target.HandleAsync);
        await target._app.StartAsync();
        var addresses = target._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        target.Address = new Uri(addresses.Addresses.First());
        return target;
    }

    /// <summary>An answer with a JSON body.</summary>
    public static Task JsonAsync(HttpContext http, int status, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(body);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var seen = new SeenRequest
        {
            Method = http.Request.Method,
            Path = http.Request.Path,
            Query = http.Request.QueryString.ToString(),
            Key = http.Request.Headers["X-Idempotency-Key"].ToString(),
            Authorization = http.Request.Headers.Authorization,
            TraceParent = http.Request.Headers["traceparent"],
            Headers = http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Body = await reader.ReadToEndAsync(),
            At = DateTime.UtcNow,
        };
        _requests.Enqueue(seen);
        if (_waiting.TryGetValue(Interlocked.Increment(ref _seen), out var waiting))
        {
            waiting.TrySetResult();
        }

        await (_answers.TryGetValue(seen.Path, out var answer) ? answer : Answer)(http, seen);
    }
}
