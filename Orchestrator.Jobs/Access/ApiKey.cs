using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Jobs.Access;

/// <summary>A key as its row shows it; the secret itself is nowhere.</summary>
internal sealed record ApiKey
{
    public required string TenantId { get; init; }

    public required Guid ApiKeyId { get; init; }

    public required string Name { get; init; }

    public required string Role { get; init; }

    /// <summary>The key's first characters.</summary>
    public required string Prefix { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    /// <summary>To the minute; null: never.</summary>
    public DateTime? LastUsedAt { get; init; }

    /// <summary>Null: it does not expire.</summary>
    public DateTime? ExpiresAt { get; init; }

    public DateTime? RevokedAt { get; init; }
}

/// <summary>A wish for a key.</summary>
internal sealed record NewApiKey
{
    public const int MaxNameLength = 100;

    /// <summary>What a tenant may be called.</summary>
    public const string TenantPattern = "^[a-z0-9][a-z0-9_-]{0,62}$";

    public required string Tenant { get; init; }

    public required string Name { get; init; }

    public required Role Role { get; init; }

    /// <summary>Who makes it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Null: it does not expire.</summary>
    public DateTime? ExpiresAt { get; init; }
}

/// <summary>The secret part of keys: 192 random bits, of which the hash is stored.</summary>
internal static class ApiKeySecret
{
    public const string Mark = "ork_";

    /// <summary>Mark and 32 bits: enough to tell keys apart, too little to guess the rest.</summary>
    public const int PrefixLength = 12;

    public static string Create() => Mark + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
