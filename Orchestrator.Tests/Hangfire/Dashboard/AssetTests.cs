using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Hangfire;

namespace Orchestrator.Tests.Hangfire.Dashboard;

/// <summary>Style sheet, script and icon: the dashboard's own, and asked for once.</summary>
[TestFixture]
internal sealed partial class AssetTests : DashboardFixture
{
    [Test]
    public async Task PagesNameTheirVersionWhichABrowserKeeps()
    {
        var page = await Dashboard.GetAsync("/");
        var assets = AssetPattern().Matches(page).Select(static match => match.Groups["path"].Value).ToArray();
        assets.Should().HaveCount(4, "two style sheets, a script, an icon");

        foreach (var path in assets)
        {
            using var answer = await Dashboard.Client.GetAsync(new Uri(path, UriKind.Relative));
            answer.StatusCode.Should().Be(HttpStatusCode.OK, path);
            answer.Headers.CacheControl!.ToString().Should().Contain("immutable").And.Contain("private");
            using var again = new HttpRequestMessage(HttpMethod.Get, path);
            again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
            using var unchanged = await Dashboard.Client.SendAsync(again);
            unchanged.StatusCode.Should().Be(HttpStatusCode.NotModified);
        }
    }

    [Test]
    public async Task AnOldVersionIsAskedForAgain()
    {
        using var answer = await Dashboard.Client.GetAsync(new Uri("/hangfire/assets/dashboard.css?v=old", UriKind.Relative));

        answer.Headers.CacheControl.Should().Be(new CacheControlHeaderValue { Private = true, NoCache = true });
    }

    [Test]
    public async Task PagesHaveNeitherInlineCodeNorForeignAddresses()
    {
        Failed();
        foreach (var path in new[] { "/", "/jobs/failed", "/jobs/enqueued", "/recurring", "/servers", "/search?q=x" })
        {
            var page = await Dashboard.GetAsync(path);
            page.Should().NotContainAny(["<style", " style=", "onclick", "onload", "javascript:", "http://", "https://"], path);
            Regex.Matches(page, "<script(?! src=\"/hangfire/assets/)").Should().BeEmpty(path);
        }
    }

    [Test]
    public async Task DarkModeCanBeLeftOut()
    {
        await using var light = await TestDashboard.StartAsync(Storage, new DashboardOptions { DarkModeEnabled = false });

        (await light.GetAsync("/")).Should().NotContain("dark");
        (await Dashboard.GetAsync("/")).Should().Contain("prefers-color-scheme: dark");
    }

    [GeneratedRegex("(href|src)=\"(?<path>/hangfire/assets/[^\"]+)\"")]
    private static partial Regex AssetPattern();
}
