using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Hangfire.Dashboard;

/// <summary>Answers with a page.</summary>
internal sealed class RazorPageDispatcher(Func<Match, RazorPage> pageFunc) : IDashboardDispatcher
{
    public Task Dispatch(DashboardContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        var page = pageFunc(context.UriMatch);
        page.Assign(context);
        var text = page.ToString();
        if (!IsDocument(text))
        {
            var frame = new LayoutPage(page.MenuTitle());
            frame.Assign(page);
            text = frame.Render(text);
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(text);
    }

    private static bool IsDocument(string text)
    {
        var start = text.AsSpan().TrimStart();
        return start.StartsWith("<!DOCTYPE", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
    }
}
