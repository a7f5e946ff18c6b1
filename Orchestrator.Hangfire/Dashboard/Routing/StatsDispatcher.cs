using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Hangfire.Dashboard;

/// <summary>
/// What live pages poll: values of the metrics that <c>metrics[]</c> names, as a JSON object by name. Looking changes
/// nothing, so those who may only look may poll.
/// </summary>
internal sealed class StatsDispatcher : IDashboardDispatcher
{
    public async Task Dispatch(DashboardContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        var wanted = (await context.Request.GetFormValuesAsync("metrics[]").ConfigureAwait(false)).ToHashSet();
        var page = new FigurePage();
        page.Assign(context);
        var answer = new JsonObject();
        foreach (var metric in DashboardMetrics.All.Where(metric => wanted.Contains(metric.Name)))
        {
            var value = metric.Func(page);
            answer[metric.Name] = value is null ? null : new JsonObject
            {
                ["value"] = value.Value,
                ["intValue"] = value.IntValue,
                ["style"] = value.Style.ToString().ToLowerInvariant(),
                ["highlighted"] = value.Highlighted,
                ["title"] = value.Title,
            };
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString(JsonSerializerOptions.Default)).ConfigureAwait(false);
    }

    /// <summary>Metrics are functions of a page.</summary>
    private sealed class FigurePage : RazorPage
    {
        public override void Execute()
        {
            // Only its figures are asked for.
        }
    }
}
