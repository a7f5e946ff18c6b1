using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Tests.Support;

/// <summary>
/// A network in between, which can hang: connections stay open, are even taken, and nothing gets through in either
/// direction until it thaws.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _open = Opened();

    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Freeze() => Volatile.Write(ref _open, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Thaw() => Volatile.Read(ref _open).TrySetResult();

    /// <summary>Ends all connections: what was held back is lost. New ones get through.</summary>
    public void Cut()
    {
        while (_clients.TryTake(out var client))
        {
            client.Dispose();
        }

        Thaw();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Thaw();
        _listener.Dispose();
        foreach (var client in _clients)
        {
            client.Dispose();
        }
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var incoming = await _listener.AcceptTcpClientAsync(_stop.Token);
            _clients.Add(incoming);
            _ = ServeAsync(incoming);
        }
    }

    private async Task ServeAsync(TcpClient incoming)
    {
        await Volatile.Read(ref _open).Task;
        var outgoing = new TcpClient { NoDelay = true };
        _clients.Add(outgoing);
        incoming.NoDelay = true;
        await outgoing.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
        await Task.WhenAny(PumpAsync(incoming, outgoing), PumpAsync(outgoing, incoming));
        incoming.Dispose();
        outgoing.Dispose();
    }

    private async Task PumpAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[0x10000];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _stop.Token) is > 0 and var count)
            {
                await Volatile.Read(ref _open).Task;
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // One side has gone.
        }
    }
}
