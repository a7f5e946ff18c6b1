using System.Net;

namespace Hangfire.Dashboard;

/// <summary>Says who may see a dashboard.</summary>
public interface IDashboardAuthorizationFilter
{
    bool Authorize(DashboardContext context);
}

/// <summary>Says who may see a dashboard, where finding out takes a while.</summary>
public interface IDashboardAsyncAuthorizationFilter
{
    Task<bool> AuthorizeAsync(DashboardContext context);
}

/// <summary>Lets in who calls from this machine. Behind a proxy on it, that is everybody: choose another one there.</summary>
public class LocalRequestsOnlyAuthorizationFilter : IDashboardAuthorizationFilter
{
    public LocalRequestsOnlyAuthorizationFilter()
    {
    }

    public bool Authorize(DashboardContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return IPAddress.TryParse(context.Request.RemoteIpAddress, out var remote)
            && (IPAddress.IsLoopback(remote) || (IPAddress.TryParse(context.Request.LocalIpAddress, out var local) && remote.Equals(local)));
    }
}
