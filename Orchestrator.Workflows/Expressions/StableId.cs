using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Workflows.Expressions;

/// <summary>Ids that are made from a name: the same name gives the same id, on every machine.</summary>
public static class StableId
{
    /// <summary>A UUID of version 8 (RFC 9562, 5.8) from the SHA-256 of <paramref name="name"/>.</summary>
    public static Guid Of(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
