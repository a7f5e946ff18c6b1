using Hangfire.Common;
using Hangfire.Server;
using Newtonsoft.Json;

namespace Hangfire.PostgreSql;

/// <summary>What a server's row tells. The lock's key is ours; the official supplier passes over it.</summary>
internal sealed class ServerRow
{
    public string[] Queues { get; set; } = [];

    public DateTime? StartedAt { get; set; }

    public int WorkerCount { get; set; }

    [JsonProperty(NullValueHandling = NullValueHandling.Ignore)]
    public long? LockKey { get; set; }

    public static string Serialize(ServerContext context, DateTime startedAt, long? lockKey) => SerializationHelper.Serialize(new ServerRow
    {
        Queues = context.Queues,
        StartedAt = startedAt,
        WorkerCount = context.WorkerCount,
        LockKey = lockKey,
    })!;

    public static ServerRow Deserialize(string? data) => SerializationHelper.Deserialize<ServerRow>(data) ?? new();
}
