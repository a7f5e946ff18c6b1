using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hangfire.Dashboard;

/// <summary>A request that came through ASP.NET Core.</summary>
public sealed class AspNetCoreDashboardContext : DashboardContext
{
    public AspNetCoreDashboardContext(JobStorage storage, DashboardOptions options, HttpContext httpContext)
        : base(storage, options)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        HttpContext = httpContext;
        Request = new AspNetCoreDashboardRequest(httpContext);
        Response = new AspNetCoreDashboardResponse(httpContext.Response);
    }

    public HttpContext HttpContext { get; }

    /// <summary>The host's client, with its filters, where there is one.</summary>
    public override IBackgroundJobClient GetBackgroundJobClient() =>
        HttpContext.RequestServices?.GetService<IBackgroundJobClientFactory>()?.GetClient(Storage) ?? base.GetBackgroundJobClient();

    public override IRecurringJobManager GetRecurringJobManager() =>
        HttpContext.RequestServices?.GetService<IRecurringJobManagerFactory>()?.GetManager(Storage) ?? base.GetRecurringJobManager();
}

/// <summary>The way from the dashboard's context to that of ASP.NET Core.</summary>
public static class AspNetCoreDashboardContextExtensions
{
    /// <exception cref="ArgumentException">The request came another way.</exception>
    public static HttpContext GetHttpContext(this DashboardContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context is AspNetCoreDashboardContext own
            ? own.HttpContext
            : throw new ArgumentException($"The context has to be an {nameof(AspNetCoreDashboardContext)}.", nameof(context));
    }
}

internal sealed class AspNetCoreDashboardRequest(HttpContext context) : DashboardRequest
{
    public override string Method => context.Request.Method;

    public override string Path => context.Request.Path.Value ?? "";

    public override string PathBase => context.Request.PathBase.Value ?? "";

    public override string? LocalIpAddress => context.Connection.LocalIpAddress?.ToString();

    public override string? RemoteIpAddress => context.Connection.RemoteIpAddress?.ToString();

    public override string? GetQuery(string key) => context.Request.Query[key];

    public override async Task<IList<string>> GetFormValuesAsync(string key)
    {
        if (!context.Request.HasFormContentType) return [];
        var form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        return [.. form[key].OfType<string>()];
    }
}

internal sealed class AspNetCoreDashboardResponse(HttpResponse response) : DashboardResponse
{
    public override string? ContentType
    {
        get => response.ContentType;
        set => response.ContentType = value;
    }

    public override int StatusCode
    {
        get => response.StatusCode;
        set => response.StatusCode = value;
    }

    public override Stream Body => response.Body;

    public override void SetExpire(DateTimeOffset? value) => response.Headers.Expires = value?.ToString("r", CultureInfo.InvariantCulture);

    public override Task WriteAsync(string text) => response.WriteAsync(text, response.HttpContext.RequestAborted);
}
