using Dapper;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Access;

/// <summary>The keys' rows (<c>api_keys</c>).</summary>
internal sealed class ApiKeyStore(Database database, TimeProvider time)
{
    /// <summary>Makes a key; its secret is in the answer and nowhere else.</summary>
    /// <exception cref="Npgsql.PostgresException">The name, the tenant or the time of expiry is not one that the table takes.</exception>
    public async Task<(ApiKey Key, string Secret)> CreateAsync(NewApiKey wish, CancellationToken cancellationToken)
    {
        var secret = ApiKeySecret.Create();
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var key = await connection.QuerySingleAsync<ApiKey>(new CommandDefinition(
            SqlText.Load("CreateApiKey"),
            new
            {
                wish.Tenant,
                id = Guid.CreateVersion7(time.GetUtcNow()),
                wish.Name,
                role = wish.Role.Word(),
                prefix = secret[..ApiKeySecret.PrefixLength],
                sha = ApiKeySecret.Hash(secret),
                wish.CreatedBy,
                wish.ExpiresAt,
            },
            cancellationToken: cancellationToken));
        return (key, secret);
    }

    /// <summary>The key of that hash, if it is valid now; notes its use, at most once a minute.</summary>
    public async Task<ApiKey?> UseAsync(byte[] sha, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<ApiKey>(new CommandDefinition(
            SqlText.Load("UseApiKey"), new { sha }, cancellationToken: cancellationToken));
    }

    /// <summary>A tenant's keys, newest first, revoked and expired ones too.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="before">Only those before this one; null: from the newest.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(string tenant, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<ApiKey>(new CommandDefinition(
            SqlText.Load("ListApiKeys"), new { tenant, before, limit }, cancellationToken: cancellationToken))];
    }

    /// <summary>Revokes by id or prefix; a key that was revoked before stays so. None: the tenant has no such key.</summary>
    public async Task<IReadOnlyList<ApiKey>> RevokeAsync(
        string tenant, Guid? id, string? prefix, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<ApiKey>(new CommandDefinition(
            SqlText.Load("RevokeApiKey"), new { tenant, id, prefix }, cancellationToken: cancellationToken))];
    }
}
