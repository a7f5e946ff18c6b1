using System.Net;
using System.Text.RegularExpressions;
using Hangfire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Tests.Hangfire.Dashboard;

/// <summary>A host with nothing but a dashboard, on a loopback port.</summary>
internal sealed partial class TestDashboard : IAsyncDisposable
{
    private readonly WebApplication app;

    private TestDashboard(WebApplication app)
    {
        this.app = app;
        Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = CreateClient();
    }

    public Uri Address { get; }

    /// <summary>Keeps cookies, follows no redirect.</summary>
    public HttpClient Client { get; }

    /// <summary>A dashboard at <c>/hangfire</c>.</summary>
    public static Task<TestDashboard> StartAsync(JobStorage storage, DashboardOptions? options = null, bool hasAntiforgery = false) => StartAsync(
        services =>
        {
            if (hasAntiforgery) services.AddAntiforgery();
        },
        app => app.MapHangfireDashboard(options ?? new DashboardOptions(), storage));

    public static async Task<TestDashboard> StartAsync(Action<IServiceCollection> services, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        services(builder.Services);
        var app = builder.Build();
        app.Use(ShowFailuresAsync);
        map(app);
        await app.StartAsync();
        return new TestDashboard(app);
    }

    public HttpClient CreateClient() =>
        new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Address };

    /// <summary>The text of a page, which has to be there.</summary>
    public async Task<string> GetAsync(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await Client.GetAsync(new Uri("/hangfire" + path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode != status) Assert.Fail($"{path} is {answer.StatusCode} instead of {status}: {text}");
        return text;
    }

    /// <summary>Sends a form as a page of the dashboard does, with its token.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        var page = await GetAsync("/");
        var token = TokenPattern().Match(page).Groups["token"].Value;
        var form = fields.Select(static each => KeyValuePair.Create(each.Name, each.Value)).Append(KeyValuePair.Create("__RequestVerificationToken", token));
        return await PostWithoutTokenAsync(path, form);
    }

    public async Task<HttpResponseMessage> PostWithoutTokenAsync(string path, IEnumerable<KeyValuePair<string, string>> fields)
    {
        using var form = new FormUrlEncodedContent(fields);
        return await Client.PostAsync(new Uri("/hangfire" + path, UriKind.Relative), form);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }

    /// <summary>A test that fails because of one says so.</summary>
    private static async Task ShowFailuresAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsync(failure.ToString());
        }
    }

    [GeneratedRegex("data-token=\"(?<token>[^\"]+)\"")]
    private static partial Regex TokenPattern();
}
