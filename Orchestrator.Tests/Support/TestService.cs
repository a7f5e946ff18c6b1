using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Hosting;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Support;

/// <summary>
/// The real service in this process: API on a loopback port, worker, a database of its own and a target for its calls.
/// Disposed, it leaves nothing.
/// </summary>
internal sealed class TestService : IAsyncDisposable
{
    public const string AdminKey = "test-admin-key-0123456789";
    public const string ServiceToken = "edge-service-token-9876543210";

    /// <summary>The value of the secret <c>TEST_WEBHOOK</c>.</summary>
    public const string WebhookSecret = "a secret that signs";

    private readonly ServiceHost _host;
    private readonly TestFolder _folder;
    private readonly bool _ownsWorld;

    private TestService(ServiceHost host, TestFolder folder, TestDatabase database, TargetServer target, TestLog log, bool ownsWorld)
    {
        (_host, _folder, Database, Target, Log, _ownsWorld) = (host, folder, database, target, log, ownsWorld);
        var addresses = host.App.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Address = new Uri(addresses.Addresses.First());
        Client = CreateClient(AdminKey);
    }

    public TestDatabase Database { get; }

    public TargetServer Target { get; }

    /// <summary>What the service has logged.</summary>
    public TestLog Log { get; }

    /// <summary>Where the API listens.</summary>
    public Uri Address { get; }

    /// <summary>A client with the admin key.</summary>
    public HttpClient Client { get; }

    /// <summary>A service of the composition.</summary>
    public T Get<T>()
        where T : notnull => _host.App.Services.GetRequiredService<T>();

    /// <summary>A service with a new database and target.</summary>
    public static async Task<TestService> StartAsync(Action<OrchestratorOptions>? configure = null)
    {
        var database = await TestDatabase.CreateAsync();
        return await StartAsync(database, await TargetServer.StartAsync(), configure, ownsWorld: true);
    }

    /// <summary>One more service process, as it were, on the database and target of this one.</summary>
    public Task<TestService> StartAnotherAsync(Action<OrchestratorOptions>? configure = null) =>
        StartAsync(Database, Target, configure, ownsWorld: false);

    /// <summary>A client with a token of its own; null: without any.</summary>
    public HttpClient CreateClient(string? token) => new()
    {
        BaseAddress = Address,
        DefaultRequestHeaders = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) },
    };

    /// <summary>A client with a new API key.</summary>
    public async Task<HttpClient> CreateClientAsync(Role role, string tenant = DispatchRequest.DefaultTenant)
    {
        var wish = new NewApiKey { Tenant = tenant, Name = $"{role} of {tenant}", Role = role, CreatedBy = "test" };
        return CreateClient((await Get<ApiKeyStore>().CreateAsync(wish, CancellationToken.None)).Secret);
    }

    /// <summary>Serves no queue that a workflow uses: what is dispatched stays as it was written.</summary>
    public static void WithoutWorkers(OrchestratorOptions options) => options.Queues = ["idle"];

    /// <summary>Stores a workflow; the answer is its key.</summary>
    public async Task<string> PutAsync(string yaml)
    {
        var parsed = WorkflowParser.Parse(yaml, "test", Get<StepCatalog>());
        parsed.Diagnostics.Should().BeEmpty();
        var key = parsed.Definition!.Key;
        await Get<WorkflowStore>().PutAsync(DispatchRequest.DefaultTenant, parsed.Definition, yaml, null, isRestart: false, CancellationToken.None);
        Get<WorkflowCatalog>().Forget(DispatchRequest.DefaultTenant, key);
        return key;
    }

    /// <summary>Dispatches; a refusal fails the test.</summary>
    public async Task<RunId> DispatchAsync(DispatchRequest request) =>
        (await Get<Dispatcher>().DispatchAsync(request, CancellationToken.None)).Should().BeOfType<Dispatched>().Subject.Run;

    /// <summary>Stores a workflow and dispatches it.</summary>
    public async Task<RunId> StartRunAsync(string yaml, string payload = "{}") => await DispatchAsync(new DispatchRequest
    {
        WorkflowKey = await PutAsync(yaml),
        UserId = "ada",
        IntentId = "learn",
        Payload = Value.Parse(payload),
    });

    /// <summary>Stores a workflow, dispatches it and waits until its run has ended.</summary>
    public async Task<TestRun> RunAsync(string yaml, string payload = "{}") => await EndAsync(await StartRunAsync(yaml, payload));

    /// <summary>The run, once it and all of its steps have ended.</summary>
    public Task<TestRun> EndAsync(RunId id) =>
        UntilAsync(id, run => run.HasEnded && run.Steps.Values.All(step => step.HasEnded), "the run's end");

    /// <summary>The run, as soon as it is as wanted.</summary>
    public Task<TestRun> UntilAsync(RunId id, Func<TestRun, bool> condition, string what) => Eventually.GetAsync(
        async () => await TestRun.ReadAsync(Database, id) is var run && condition(run) ? run : null, what);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.App.StopAsync();
        await _host.DisposeAsync();
        _folder.Dispose();
        if (_ownsWorld)
        {
            await Target.DisposeAsync();
            await Database.DisposeAsync();
        }
    }

    private static async Task<TestService> StartAsync(
        TestDatabase database, TargetServer target, Action<OrchestratorOptions>? configure, bool ownsWorld)
    {
        var folder = TestFolder.Create();
        var log = new TestLog();
        var options = new OrchestratorOptions
        {
            ConnectionString = database.ConnectionString,
            WorkflowsFolder = Path.Combine(folder.Path, "workflows"),
            DataFolder = Path.Combine(folder.Path, "data"),
            EdgeBaseUrl = target.Address,
            EdgeServiceJwt = ServiceToken,
            SweepInterval = TimeSpan.FromMilliseconds(100),
            Workers = 20,
        };

        // No cycle comes by itself while the hour changes.
        options.Autonomous.Cron = "";
        configure?.Invoke(options);
        options.Problems().Should().BeEmpty();
        var settings = new ServiceSettings
        {
            Configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Secrets:TEST_WEBHOOK", (string?)WebhookSecret)]).Build(),
            Options = options,
            AdminKey = AdminKey,
            Urls = "http://127.0.0.1:0",
        };
        var host = await ServiceHost.CreateAsync(
            settings, serve: true, logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log), CancellationToken.None);
        await host.App.StartAsync();
        return new TestService(host, folder, database, target, log, ownsWorld);
    }
}
