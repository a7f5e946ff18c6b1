using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>
/// What a whole-service test plays in: a folder with workflows, a target that they call, a durable PostgreSQL of the
/// test's own, and the services that the test starts and kills. All of them are real processes, this one aside.
/// </summary>
internal sealed class Scene : IAsyncDisposable
{
    private readonly TestFolder _folder = TestFolder.CreateForData();
    private readonly List<ServiceProcess> _services = [];
    private EmbeddedPostgres? _postgres;
    private NpgsqlDataSource? _source;

    private Scene(TargetServer target) => Target = target;

    public string Folder => _folder.Path;

    public TargetServer Target { get; }

    public EmbeddedPostgres Postgres => _postgres!;

    /// <summary>A scene with a workflow for each text; <c>{target}</c> in it is the target's address.</summary>
    public static async Task<Scene> StartAsync(params string[] workflows)
    {
        var scene = new Scene(await TargetServer.StartAsync());
        foreach (var (index, workflow) in workflows.Index())
        {
            scene.AddWorkflow($"{index}.yml", workflow);
        }

        await scene.StartPostgresAsync();
        return scene;
    }

    /// <summary>Four http steps: two of them at the same time, so that both ways to a worker, stay and queue, are taken.</summary>
    public static string FourSteps => """
        key: four_steps
        steps:
          - {id: first, url: '{target}/first', method: POST}
          - {id: left, url: '{target}/left', method: POST, depends_on: [first]}
          - {id: right, url: '{target}/right', method: POST, depends_on: [first]}
          - {id: last, url: '{target}/last', method: POST, depends_on: [left, right]}
        """;

    public void AddWorkflow(string file, string workflow)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "workflows")).FullName;
        File.WriteAllText(Path.Combine(folder, file), workflow.Replace("{target}", Target.Address.AbsoluteUri.TrimEnd('/')));
    }

    /// <summary>A service on the scene's database, killed with the scene.</summary>
    public Task<ServiceProcess> ServeAsync(params (string Name, string? Value)[] environment) => ServeAsAsync(user: null, environment);

    /// <summary>The same as another user, which only root may; null: the current one.</summary>
    public async Task<ServiceProcess> ServeAsAsync(string? user, params (string Name, string? Value)[] environment)
    {
        var service = await ServiceProcess.StartAsAsync(
            user, Folder, [("ConnectionStrings__Orchestrator", Postgres.ConnectionString), .. environment]);
        _services.Add(service);
        return service;
    }

    /// <summary>Dispatches runs through the API; the answer holds their ids.</summary>
    public static async Task<Guid[]> DispatchAsync(ServiceProcess service, string workflow, int runs)
    {
        var ids = new Guid[runs];
        await Parallel.ForAsync(0, runs, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (index, cancel) =>
        {
            using var answer = await service.Client.PostAsJsonAsync(
                "/api/runs", new { workflow_key = workflow, user_id = "scenario" }, cancel);
            answer.EnsureSuccessStatusCode();
            ids[index] = (await answer.Content.ReadFromJsonAsync<JsonElement>(cancel)).GetProperty("workflow_run_id").GetGuid();
        });
        return ids;
    }

    /// <summary>Reads the database, as the service wrote it.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await _source!.OpenConnectionAsync();
        return (await connection.QueryAsync<T>(sql, parameters)).AsList();
    }

    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null) => (await QueryAsync<T>(sql, parameters)).Single();

    /// <summary>Waits until every run has ended, and expects that all have succeeded.</summary>
    public async Task AllSucceedAsync(int runs, int seconds = 120)
    {
        try
        {
            await Eventually.IsTrueAsync(
                async () => await ScalarAsync<int>("select count(*)::int from workflow_runs where finished_at is not null") == runs,
                $"The end of {runs} runs", seconds);
        }
        catch (TimeoutException)
        {
            var open = await QueryAsync<string>("""
                select format('%s %s: %s, attempts %s, lost %s, lease %s, hangfire %s %s', q.workflow_run_id, q.step_id, q.status,
                              q.attempts, q.lost, q.lease_owner, j.statename, (select array_agg(d.fetchedat) from hangfire.jobqueue d where d.jobid = j.id))
                from job_queue q left join hangfire.job j on j.id = q.hangfire_job_id
                where q.finished_at is null and q.status <> 'waiting' limit 20
                """);
            Assert.Fail($"Runs have not ended:\n{string.Join('\n', open)}\n{string.Join("\n---\n", _services.Select(LastLines))}");
        }

        (await QueryAsync<string>("select distinct status from workflow_runs")).Should().Equal("success");
    }

    private static string LastLines(ServiceProcess service) => string.Join('\n', service.Output.Split('\n')
        .TakeLast(15).Select(line => line.Length > 500 ? line[..500] + "…" : line));

    public async Task StartPostgresAsync()
    {
        try
        {
            _postgres = await EmbeddedPostgres.StartAsync(
                new EmbeddedPostgresOptions { DataFolder = _folder.Postgres }, NullLogger.Instance, CancellationToken.None);
        }
        catch (EmbeddedPostgresException missing) when (missing.Problem == EmbeddedPostgresProblem.NoBinaries)
        {
            Assert.Ignore(missing.Message);
        }

        _source ??= NpgsqlDataSource.Create(Postgres.ConnectionString);
    }

    public async Task StopPostgresAsync()
    {
        _source!.Clear();
        await Postgres.DisposeAsync();
    }

    /// <summary><c>kill -9</c> of the server, and waits until the one that is started in its place answers.</summary>
    public async Task KillPostgresAsync()
    {
        var killed = PostmasterFile.Read(Postgres.DataFolder)!.ProcessId;
        using (var server = Process.GetProcessById(killed))
        {
            server.Kill();
        }

        await Eventually.IsTrueAsync(
            async () =>
            {
                _source!.Clear();
                try
                {
                    return PostmasterFile.Read(Postgres.DataFolder) is { } file && file.ProcessId != killed && await ScalarAsync<bool>("select true");
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            },
            "The database's return");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        await Target.DisposeAsync();
        await (_source?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }
}
