using System.Text;
using Orchestrator.Jobs.Storage;
using Orchestrator.Jobs.Watching;

namespace Orchestrator.Web.Api;

/// <summary>The streams that this process serves; bounded.</summary>
internal sealed class RunStreams(RunLooks looks, RunSignals signals, IHostApplicationLifetime lifetime, TimeProvider time)
{
    public const int MaxStreams = 200;

    private int _open;

    /// <summary>A stream that begins with a look; null: there are too many.</summary>
    public RunStream? TryOpen(string tenant, RunId run, RunLook first)
    {
        if (Interlocked.Increment(ref _open) <= MaxStreams)
        {
            return new RunStream(tenant, run, first, looks, signals, time, lifetime.ApplicationStopping, Close);
        }

        Close();
        return null;
    }

    private void Close() => Interlocked.Decrement(ref _open);
}

/// <summary>
/// One stream of a run's events. Looks when this process has written something of the run, and each second for what
/// others have. The id stands on the last event of a look only, so that what a break cuts off comes again as a whole. A
/// database that is away for a while is waited for.
/// </summary>
internal sealed class RunStream(
    string tenant, RunId run, RunLook first, RunLooks looks, RunSignals signals, TimeProvider time, CancellationToken stopping, Action close) : IResult
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, string> _running = [];
    private string? _run;
    private long _wroteAt;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        using var listener = signals.Listen(run);
        try
        {
            httpContext.Response.ContentType = "text/event-stream";
            httpContext.Response.Headers.CacheControl = "no-store";
            httpContext.Response.Headers["X-Accel-Buffering"] = "no";
            await WriteAsync(httpContext.Response, "retry: 1000\n\n", either.Token);
            await FollowAsync(httpContext.Response, listener, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The client has gone, or the service stops: he may go on elsewhere.
        }
        finally
        {
            close();
        }
    }

    private async Task FollowAsync(HttpResponse response, RunSignals.Listener listener, CancellationToken cancellationToken)
    {
        for (var look = first; ;)
        {
            if (Text(look) is { Length: > 0 } text)
            {
                await WriteAsync(response, text, cancellationToken);
            }

            if (look.HasEnded)
            {
                return;
            }

            look = await NextAsync(response, listener, look, cancellationToken);
        }
    }

    /// <summary>The next look that could be made; the stream is kept alive meanwhile.</summary>
    private async Task<RunLook> NextAsync(
        HttpResponse response, RunSignals.Listener listener, RunLook before, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(LeastInterval, time, cancellationToken);
            await listener.WaitAsync(LookInterval, cancellationToken);
            if (time.GetElapsedTime(_wroteAt) > Heartbeat)
            {
                await WriteAsync(response, ": still here\n\n", cancellationToken);
            }

            try
            {
                return await looks.LookAsync(tenant, run, before.Position, cancellationToken) ?? before with { Events = [], HasEnded = true };
            }
            catch (Exception e) when (Retry.IsPassing(e))
            {
                // Looked again from the same position.
            }
        }
    }

    private string Text(RunLook look)
    {
        var events = look.Events.Where(IsNews).Select(one => (one.Name, one.Data)).ToList();
        if (look.HasEnded)
        {
            events.Add(("end", $$"""{"workflow_run_id": "{{run}}", "status": "{{look.Status}}"}"""));
        }

        var text = new StringBuilder();
        for (var i = 0; i < events.Count; i++)
        {
            text.Append("event: ").Append(events[i].Name).Append('\n');
            text.Append(i == events.Count - 1 ? $"id: {look.Position}\n" : "");
            text.Append("data: ").Append(events[i].Data).Append("\n\n");
        }

        return text.ToString();
    }

    /// <summary>A renewed lease changes a step's row and nothing that is shown.</summary>
    private bool IsNews(RunEvent one)
    {
        if (one.Name == "run")
        {
            return Interlocked.Exchange(ref _run, one.Data) != one.Data;
        }

        if (one.Name != "step" || !one.IsRunning)
        {
            _ = one.Name == "step" && _running.Remove(one.StepId!);
            return true;
        }

        var isSame = _running.TryGetValue(one.StepId!, out var shown) && shown == one.Data;
        _running[one.StepId!] = one.Data;
        return !isSame;
    }

    private async Task WriteAsync(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.WriteAsync(text, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
        _wroteAt = time.GetTimestamp();
    }
}
