using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Web.Api.Webhooks;

/// <summary>
/// Whether a request was signed with a secret: HMAC-SHA256 over the body, as GitHub sends it, or over id, time and body
/// as Standard Webhooks has it. Compared in constant time.
/// </summary>
internal static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimeHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    /// <summary>How far the time of a signature may be from ours.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const string Algorithm = "sha256=";
    private const string Version = "v1,";
    private const string EncodedSecret = "whsec_";

    private static readonly string[] BodyHeaders = ["X-Hub-Signature-256", "X-Signature-256"];

    /// <summary>The request has the headers of Standard Webhooks: its id is signed too.</summary>
    public static bool IsStandard(IHeaderDictionary headers) => headers.ContainsKey(SignatureHeader);

    public static bool IsValid(IHeaderDictionary headers, ReadOnlySpan<byte> body, string secret, DateTimeOffset now) =>
        IsStandard(headers) ? IsStandardValid(headers, body, secret, now) : IsBodyValid(headers, body, secret);

    private static bool IsBodyValid(IHeaderDictionary headers, ReadOnlySpan<byte> body, string secret)
    {
        string? given = BodyHeaders.Select(name => headers[name].FirstOrDefault()).FirstOrDefault(value => value is not null);
        if (given is null || !given.StartsWith(Algorithm, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return Convert.FromHexString(given.AsSpan(Algorithm.Length).Trim(), signature, out var read, out var written) == System.Buffers.OperationStatus.Done
            && read == 2 * signature.Length && written == signature.Length
            && CryptographicOperations.FixedTimeEquals(signature, HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));
    }

    private static bool IsStandardValid(IHeaderDictionary headers, ReadOnlySpan<byte> body, string secret, DateTimeOffset now)
    {
        var (id, time) = (headers[IdHeader].ToString(), headers[TimeHeader].ToString());
        if (id.Length == 0 || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs((decimal)now.ToUnixTimeSeconds() - seconds) > (decimal)Window.TotalSeconds)
        {
            return false;
        }

        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{time}."), .. body];
        var expected = HMACSHA256.HashData(Key(secret), signed);
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var isValid = false;
        foreach (var one in headers[SignatureHeader].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            isValid |= one.StartsWith(Version, StringComparison.Ordinal)
                && Convert.TryFromBase64Chars(one.AsSpan(Version.Length), signature, out var written) && written == signature.Length
                && CryptographicOperations.FixedTimeEquals(signature, expected);
        }

        return isValid;
    }

    /// <summary>A secret of Standard Webhooks is bytes in base64 behind a mark; any other is its text.</summary>
    private static byte[] Key(string secret)
    {
        var bytes = new byte[secret.Length];
        return secret.StartsWith(EncodedSecret, StringComparison.Ordinal)
            && Convert.TryFromBase64String(secret[EncodedSecret.Length..], bytes, out var length)
            ? bytes[..length]
            : Encoding.UTF8.GetBytes(secret);
    }
}
