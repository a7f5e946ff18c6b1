using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Orchestrator.Tests.Support;

/// <summary>A database of its own for a fixture or a test, on one throw-away PostgreSQL for the whole test run.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<Cluster>> Shared = new(Cluster.StartAsync);

    private readonly Cluster cluster;
    private readonly string name;

    private TestDatabase(Cluster cluster, string name)
    {
        this.cluster = cluster;
        this.name = name;
        ConnectionString = cluster.ConnectionString(name);
    }

    public string ConnectionString { get; }

    public static async Task<TestDatabase> CreateAsync()
    {
        var cluster = await Shared.Value;
        var name = $"test_{Guid.NewGuid():N}";
        await cluster.ExecuteAsync($"create database {name}");
        return new(cluster, name);
    }

    public async ValueTask DisposeAsync() => await cluster.ExecuteAsync($"drop database if exists {name} with (force)");

    private sealed class Cluster(string folder, int port)
    {
        public static async Task<Cluster> StartAsync()
        {
            var folder = Directory.CreateTempSubdirectory("orchestrator-tests-").FullName;
            var port = FreePort();
            await RunAsync("chown", "postgres", folder);
            await RunAsPostgresAsync(folder, "initdb", "-N", "--no-locale", "-E", "UTF8", "-A", "trust", "-U", "postgres", "-D", $"{folder}/data");
            await RunAsPostgresAsync(
                folder, "pg_ctl", "-w", "-l", $"{folder}/log", "-D", $"{folder}/data", "-o",
                $"-p {port.ToString(CultureInfo.InvariantCulture)} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300 -c fsync=off",
                "start");
            var cluster = new Cluster(folder, port);
            AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.Stop();
            return cluster;
        }

        public string ConnectionString(string database) =>
            $"Host=127.0.0.1;Port={port.ToString(CultureInfo.InvariantCulture)};Username=postgres;Database={database}";

        public async Task ExecuteAsync(string sql)
        {
            await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }

        private void Stop()
        {
            RunAsPostgresAsync(folder, "pg_ctl", "-w", "-m", "immediate", "-D", $"{folder}/data", "stop").Wait();
            Directory.Delete(folder, recursive: true);
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        /// <summary>PostgreSQL refuses to run as root.</summary>
        private static Task RunAsPostgresAsync(string folder, string command, params string[] arguments) =>
            RunAsync("runuser", ["-u", "postgres", "--", "env", "-C", folder, $"HOME={folder}", command, .. arguments]);

        private static async Task RunAsync(string command, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = false })!;
            await process.WaitForExitAsync();
            if (process.ExitCode != 0) throw new InvalidOperationException($"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}
