using Microsoft.Net.Http.Headers;

namespace Orchestrator.Web.Api;

/// <summary>
/// Which content types a body may be sent as. What terminals send unasked is let through beside the right ones: the
/// content decides then.
/// </summary>
internal static class ContentTypes
{
    public static readonly IReadOnlyList<string> Json = ["application/json"];
    public static readonly IReadOnlyList<string> Yaml = ["application/yaml", "application/x-yaml", "text/yaml", "application/json"];

    private static readonly string[] Unasked = ["application/x-www-form-urlencoded", "text/plain", "application/octet-stream"];

    /// <summary>The problem where the body's type is none of these; null: it is, or there is none.</summary>
    public static IResult? Refuse(HttpRequest request, IReadOnlyList<string> allowed)
    {
        if (string.IsNullOrWhiteSpace(request.ContentType))
        {
            return null;
        }

        var isKnown = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (allowed.Concat(Unasked).Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase)
                || (allowed == Json && type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)));
        var isUtf8 = type?.Charset.Value is null or "" || type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase);
        return isKnown && isUtf8 ? null : Problems.Of(
            StatusCodes.Status415UnsupportedMediaType, "Wrong content type",
            $"The body came as '{request.ContentType}'. Send it as {string.Join(" or ", allowed)}, in UTF-8.");
    }
}
