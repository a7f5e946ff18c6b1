using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Memory;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Hosting;

namespace Orchestrator.Web.Auth;

/// <summary>
/// Whom a token stands for: the configured ones, compared without telling by the time how much was right, and the keys
/// of the database, found by their hash. An answer of the database, a no too, is taken again for <see cref="Age"/>: a
/// key that is revoked is refused by every node that soon.
/// </summary>
internal sealed class TokenDirectory(AdminKey adminKey, OrchestratorOptions options, ApiKeyStore keys) : IDisposable
{
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(3);

    /// <summary>How long a token counts as one that was right (<see cref="WasRight"/>).</summary>
    private static readonly TimeSpan GoodMemory = TimeSpan.FromMinutes(10);

    private readonly (byte[] Hash, Caller Caller)[] _configured = [.. Configured(adminKey, options)];
    private readonly MemoryCache _answers = Bounded();
    private readonly MemoryCache _right = Bounded();

    /// <summary>The caller; null: nobody has that token now.</summary>
    public ValueTask<Caller?> FindAsync(string token, CancellationToken cancellationToken) =>
        FindAsync(ApiKeySecret.Hash(token), cancellationToken);

    /// <summary>The caller by the hash of the token; null: nobody has it now.</summary>
    public async ValueTask<Caller?> FindAsync(byte[] hash, CancellationToken cancellationToken)
    {
        var id = Convert.ToHexString(hash);
        var caller = FindConfigured(hash);
        if (caller is null && !_answers.TryGetValue(id, out caller))
        {
            caller = await keys.UseAsync(hash, cancellationToken) is { } key
                ? new Caller(key.TenantId, RoleWords.Of(key.Role)!.Value, $"{key.Name} ({key.Prefix})")
                : null;
            Remember(_answers, id, caller, Age);
        }

        if (caller is not null)
        {
            Remember(_right, id, caller, GoodMemory);
        }

        return caller;
    }

    /// <summary>The token was let in lately.</summary>
    public bool WasRight(string token) => _right.TryGetValue(Convert.ToHexString(ApiKeySecret.Hash(token)), out _);

    public void Dispose()
    {
        _answers.Dispose();
        _right.Dispose();
    }

    private Caller? FindConfigured(byte[] hash)
    {
        Caller? found = null;
        foreach (var (known, caller) in _configured)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, known) ? caller : found;
        }

        return found;
    }

    private static IEnumerable<(byte[] Hash, Caller Caller)> Configured(AdminKey adminKey, OrchestratorOptions options)
    {
        if (options.EdgeServiceJwt is { Length: > 0 } token)
        {
            yield return (ApiKeySecret.Hash(token), new Caller(DispatchRequest.DefaultTenant, Role.Operator, "service token"));
        }

        yield return (ApiKeySecret.Hash(adminKey.Value), new Caller(DispatchRequest.DefaultTenant, Role.Admin, "admin key"));
    }

    private static MemoryCache Bounded() => new(new MemoryCacheOptions { SizeLimit = 10_000 });

    private static void Remember(MemoryCache cache, string id, Caller? caller, TimeSpan age) =>
        cache.Set(id, caller, new MemoryCacheEntryOptions
        {
            AbsoluteExpirationRelativeToNow = age,
            Size = 1,
            Priority = caller is null ? CacheItemPriority.Low : CacheItemPriority.High,
        });
}
