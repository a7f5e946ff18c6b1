using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Hangfire.Dashboard;

/// <summary>
/// A file of the dashboard, with what extensions have added to it. Its address carries its hash, so a browser asks for it once.
/// </summary>
internal sealed class AssetDispatcher : IDashboardDispatcher
{
    private const string ResourceFolder = "Hangfire.Dashboard.Assets.";

    private static readonly ConcurrentDictionary<(Assembly Assembly, string Resource), byte[]> Resources = new();

    private readonly string path;
    private readonly string contentType;
    private readonly Func<IEnumerable<byte[]>> parts;
    private readonly Lock gate = new();
    private Version? current;

    public AssetDispatcher(string path, string contentType, Func<IEnumerable<byte[]>> parts)
    {
        this.path = path;
        this.contentType = contentType;
        this.parts = parts;
    }

    /// <summary>Where a page finds the newest version.</summary>
    public string Url => $"{path}?v={Current().Hash}";

    public static byte[] Own(string file) => Read(typeof(AssetDispatcher).Assembly, ResourceFolder + file);

    /// <exception cref="ArgumentException">The assembly has no such resource.</exception>
    public static byte[] Read(Assembly assembly, string resource) => Resources.GetOrAdd((assembly, resource), static key =>
    {
        using var stream = key.Assembly.GetManifestResourceStream(key.Resource)
            ?? throw new ArgumentException($"The assembly {key.Assembly.GetName().Name} has no resource '{key.Resource}'.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    });

    public async Task Dispatch(DashboardContext context)
    {
        var http = context.GetHttpContext();
        var version = Current();
        var tag = $"\"{version.Hash}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = context.Request.GetQuery("v") == version.Hash
            ? "private, max-age=31536000, immutable"
            : "private, no-cache";
        if (http.Request.Headers.IfNoneMatch.Contains(tag))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = contentType;
        http.Response.ContentLength = version.Content.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.Body.WriteAsync(version.Content, http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Made again when an extension was added meanwhile.</summary>
    private Version Current()
    {
        byte[][] all = [.. parts()];
        lock (gate)
        {
            if (current?.Parts == all.Length) return current;
            var text = string.Join('\n', all.Select(Encoding.UTF8.GetString));
            var content = Encoding.UTF8.GetBytes(text);
            return current = new(all.Length, content, Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12)));
        }
    }

    private sealed record Version(int Parts, byte[] Content, string Hash);
}
