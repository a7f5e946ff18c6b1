using Orchestrator.Jobs.Locks;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Locks;

/// <summary>Processes of their own that take the lock <see cref="Key"/>, and what they guard by it.</summary>
internal static class LockHolder
{
    public const string Tenant = "default", Key = "guarded";

    /// <summary>A resource that keeps the highest token that it has seen, and a table of what has become of whom, with his clock.</summary>
    public const string Schema = """
        create table public.resource (highest bigint not null, written_by text);
        insert into public.resource values (0, null);
        create table public.notes (word text, token bigint, clock timestamptz)
        """;

    public static readonly TimeSpan Ttl = TimeSpan.FromSeconds(2);

    /// <summary>Writes under a token; false: the resource has seen a later one.</summary>
    public static async Task<bool> WriteAsync(Database database, long token, string writer)
    {
        await using var command = database.Source.CreateCommand("update public.resource set highest = $1, written_by = $2 where highest <= $1");
        command.Parameters.One(token).One(writer);
        return await command.ExecuteNonQueryAsync() == 1;
    }

    /// <summary>Takes the lock and writes; at the next line, however late, it renews, writes and releases.</summary>
    public static async Task HoldAsync(string connectionString)
    {
        await using var database = Database.Open(connectionString);
        var locks = new LockStore(database);
        var token = await locks.TryAcquireAsync(Tenant, Key, $"{Environment.ProcessId}", Ttl, null, null, default)
            ?? throw new InvalidOperationException("The lock is somebody else's.");
        await NoteAsync(database, await WriteAsync(database, token, "child") ? "accepted" : "refused", token);
        Console.WriteLine(ChildProgram.Ready);
        await Console.In.ReadLineAsync();

        await NoteAsync(database, await locks.RenewAsync(Tenant, Key, token, Ttl, null, default) ? "renewed" : "not renewed", token);
        await NoteAsync(database, await WriteAsync(database, token, "child") ? "accepted" : "refused", token);
        await NoteAsync(database, await locks.ReleaseAsync(Tenant, Key, token, null, default) ? "released" : "not released", token);
    }

    /// <summary>Notes the token of each of its callers that has got the lock.</summary>
    public static async Task TryAsync(string connectionString, int callers)
    {
        await using var database = Database.Open(connectionString);
        var locks = new LockStore(database);
        Console.WriteLine(ChildProgram.Ready);
        await Console.In.ReadLineAsync();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
        {
            if (await locks.TryAcquireAsync(Tenant, Key, $"{Environment.ProcessId}:{caller}", TimeSpan.FromHours(1), null, null, default) is { } token)
            {
                await NoteAsync(database, "taken", token);
            }
        }));
    }

    private static async Task NoteAsync(Database database, string word, long token)
    {
        await using var command = database.Source.CreateCommand("insert into public.notes (word, token, clock) values ($1, $2, $3)");
        command.Parameters.One(word).One(token).One(DateTime.UtcNow);
        await command.ExecuteNonQueryAsync();
    }
}
