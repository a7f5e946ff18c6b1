using System.Net;
using System.Text.Json.Nodes;

namespace Orchestrator.Tests.Support;

/// <summary>A server-sent event as a client gets it.</summary>
internal sealed record SentEvent(string Name, string? Id, JsonNode Data)
{
    public string? Step => (string?)Data["step_id"];

    public string? Status => (string?)Data["status"];
}

/// <summary>A client of server-sent events on a real connection.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader? _reader;

    private EventStream(HttpResponseMessage response, StreamReader? reader) => (_response, _reader) = (response, reader);

    public HttpStatusCode Status => _response.StatusCode;

    /// <summary>Everything that has come so far.</summary>
    public List<SentEvent> Events { get; } = [];

    /// <summary>The newest id: where another connection goes on.</summary>
    public string? LastId => Events.LastOrDefault(one => one.Id is not null)?.Id;

    /// <summary>What has come up to the newest id: a client throws away what follows it when the connection breaks.</summary>
    public IReadOnlyList<SentEvent> Safe => [.. Events.Take(1 + Events.FindLastIndex(one => one.Id is not null))];

    public static async Task<EventStream> OpenAsync(TestService service, object run, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{run}/events");
        if (lastId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastId);
        }

        var response = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new EventStream(
            response, response.StatusCode == HttpStatusCode.OK ? new StreamReader(await response.Content.ReadAsStreamAsync()) : null);
    }

    /// <summary>Reads until an event is as wanted, which it returns.</summary>
    public async Task<SentEvent> UntilAsync(Func<SentEvent, bool> wanted)
    {
        while (await NextAsync() is { } one)
        {
            if (wanted(one))
            {
                return one;
            }
        }

        throw new InvalidOperationException("The stream ended before: " + string.Join(", ", Events.Select(one => one.Name)));
    }

    /// <summary>Reads until an event is as wanted, and on to the end of its look.</summary>
    public async Task UntilSafeAsync(Func<SentEvent, bool> wanted)
    {
        if ((await UntilAsync(wanted)).Id is null)
        {
            await UntilAsync(one => one.Id is not null);
        }
    }

    /// <summary>Reads to the end of the stream.</summary>
    public async Task<EventStream> ToEndAsync()
    {
        while (await NextAsync() is not null)
        {
        }

        return this;
    }

    public ValueTask DisposeAsync()
    {
        _reader?.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<SentEvent?> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string? name = null, id = null, data = null;
        while (await _reader!.ReadLineAsync(patience.Token) is { } line)
        {
            var (field, value) = line.IndexOf(": ", StringComparison.Ordinal) is var colon and > 0 ? (line[..colon], line[(colon + 2)..]) : (line, "");
            (name, id, data) = field switch
            {
                "event" => (value, id, data),
                "id" => (name, value, data),
                "data" => (name, id, value),
                _ => (name, id, data),
            };
            if (line.Length == 0 && data is not null)
            {
                Events.Add(new SentEvent(name!, id, JsonNode.Parse(data)!));
                return Events[^1];
            }
        }

        return null;
    }
}
