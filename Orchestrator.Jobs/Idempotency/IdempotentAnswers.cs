using Dapper;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Idempotency;

/// <summary>A write under a caller's key.</summary>
/// <param name="Tenant">The caller's.</param>
/// <param name="Scope">Method and route: the same key elsewhere is another one.</param>
/// <param name="Key">The caller's key.</param>
/// <param name="RequestSha256">Of everything that was asked.</param>
internal sealed record KeyedRequest(string Tenant, string Scope, string Key, byte[] RequestSha256)
{
    /// <summary>Names this request among those of the same key.</summary>
    public Guid Owner { get; } = Guid.NewGuid();
}

/// <summary>An answer as it was given.</summary>
internal sealed record KeptAnswer(int Status, string? ContentType, byte[] Body)
{
    public const int MaxBytes = 64 * 1024;
}

/// <summary>What a key stands for when a request comes with it. A closed set.</summary>
internal abstract record KeyState
{
    /// <summary>It is the request's own: it is to be carried out, and its answer kept or the key freed.</summary>
    public sealed record Owned : KeyState;

    /// <summary>The same request was answered before.</summary>
    public sealed record Answered(KeptAnswer Answer) : KeyState;

    /// <summary>The same request is being carried out.</summary>
    public sealed record UnderWay : KeyState;

    /// <summary>The key was used for something else.</summary>
    public sealed record Reused : KeyState;
}

/// <summary>
/// Keys of writes and their answers (<c>idempotent_answers</c>). A process that dies in between leaves a key without
/// answer: it is the next request's when <see cref="Patience"/> is over.
/// </summary>
internal sealed class IdempotentAnswers(Database database)
{
    /// <summary>Longer than any request takes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task<KeyState> BeginAsync(KeyedRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var owner = await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            SqlText.Load("OwnIdempotencyKey"),
            new { request.Tenant, request.Scope, request.Key, sha = request.RequestSha256, request.Owner, Patience },
            cancellationToken: cancellationToken));
        if (owner == request.Owner)
        {
            return new KeyState.Owned();
        }

        var found = await connection.QuerySingleOrDefaultAsync<KeyRow>(new CommandDefinition(
            SqlText.Load("FindIdempotentAnswer"), new { request.Tenant, request.Scope, request.Key }, cancellationToken: cancellationToken));
        return found switch
        {
            // Freed in between.
            null => new KeyState.UnderWay(),
            _ when !found.RequestSha256.AsSpan().SequenceEqual(request.RequestSha256) => new KeyState.Reused(),
            { Status: { } status } => new KeyState.Answered(new KeptAnswer(status, found.ContentType, found.Body ?? [])),
            _ => new KeyState.UnderWay(),
        };
    }

    public async Task KeepAsync(KeyedRequest request, KeptAnswer answer)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await connection.ExecuteAsync(
            SqlText.Load("KeepIdempotentAnswer"),
            new { request.Tenant, request.Scope, request.Key, request.Owner, answer.Status, answer.ContentType, answer.Body });
    }

    public async Task FreeAsync(KeyedRequest request)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await connection.ExecuteAsync(
            SqlText.Load("FreeIdempotencyKey"), new { request.Tenant, request.Scope, request.Key, request.Owner });
    }

    private sealed record KeyRow
    {
        public required byte[] RequestSha256 { get; init; }

        public int? Status { get; init; }

        public string? ContentType { get; init; }

        public byte[]? Body { get; init; }
    }
}
