using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Jobs.Storage.Embedded;

namespace Orchestrator.Tests.Jobs.Storage.Embedded;

[TestFixture]
internal sealed class EmbeddedPostgresTests : EmbeddedPostgresFixture
{
    [Test]
    public async Task First_start_makes_the_database_with_our_search_path()
    {
        await using var postgres = await StartAsync();

        (await ScalarAsync(postgres, "select current_database()")).Should().Be("orchestrator");
        (await ScalarAsync(postgres, "show search_path")).Should().Be("orchestrator, public");
        (await ScalarAsync(postgres, "show fsync")).Should().Be("on");
        (await ScalarAsync(postgres, "show server_encoding")).Should().Be("UTF8");
        (await ScalarAsync(postgres, "show listen_addresses")).Should().Be("127.0.0.1");
    }

    [Test]
    public async Task Next_start_finds_the_data_on_the_same_port()
    {
        await using var first = await StartAsync();
        await ExecuteAsync(first, "create table public.kept as select 7 as value");
        await first.DisposeAsync();

        await using var second = await StartAsync();

        (await ScalarAsync(second, "select value::text from public.kept")).Should().Be("7");
        second.ConnectionString.Should().Be(first.ConnectionString);
    }

    [Test]
    public async Task Crash_between_making_the_database_and_its_search_path_is_made_good()
    {
        await using var first = await StartAsync();
        await ExecuteAsync(first, "alter database orchestrator reset search_path");
        await first.DisposeAsync();

        await using var second = await StartAsync();

        (await ScalarAsync(second, "show search_path")).Should().Be("orchestrator, public");
    }

    [Test]
    public async Task Database_files_that_were_half_made_are_thrown_away()
    {
        Directory.CreateDirectory(Home);
        await File.WriteAllTextAsync(Path.Combine(Home, "password"), "secret");
        Directory.CreateDirectory(Path.Combine(Home, "data.new", "base"));

        await using var postgres = await StartAsync();

        (await ScalarAsync(postgres, "select 'up'")).Should().Be("up");
        Directory.Exists(Path.Combine(Home, "data.new")).Should().BeFalse();
    }

    [Test]
    public async Task Extra_settings_reach_the_server()
    {
        await using var postgres = await StartAsync(Options with
        {
            Settings = new Dictionary<string, string> { ["work_mem"] = "5MB", ["application_name"] = "it's" },
        });

        (await ScalarAsync(postgres, "show work_mem")).Should().Be("5MB");
        (await ScalarAsync(postgres, "select reset_val from pg_settings where name = 'application_name'")).Should().Be("it's");
    }

    [Test]
    public async Task Port_that_somebody_took_is_replaced()
    {
        await using var first = await StartAsync();
        await first.DisposeAsync();
        using var squatter = new TcpListener(IPAddress.Loopback, first.Port);
        squatter.Start();

        await using var second = await StartAsync();

        second.Port.Should().NotBe(first.Port);
        (await ScalarAsync(second, "select 'up'")).Should().Be("up");
    }

    [Test]
    public async Task Wrong_password_is_refused()
    {
        await using var postgres = await StartAsync();
        var forged = postgres.ConnectionString.Replace("Password=", "Password=x", StringComparison.Ordinal);

        var attempt = () => ScalarAsync(forged, "select 'in'");

        await attempt.Should().ThrowAsync<Npgsql.PostgresException>().Where(error => error.SqlState == "28P01");
    }

    [Test]
    [Platform(Include = "Linux")]
    [SupportedOSPlatform("linux")]
    public async Task Server_never_runs_as_root_and_secrets_are_their_owners_alone()
    {
        await using var postgres = await StartAsync();

        var status = await File.ReadAllLinesAsync($"/proc/{postgres.ProcessId}/status");
        status.Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1].Should().NotBe("0");
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.GetUnixFileMode(Path.Combine(Home, "password")).Should().Be(ownerOnly);
        File.GetUnixFileMode(Path.Combine(Home, "server.log")).Should().Be(ownerOnly);
        File.Exists(Path.Combine(Home, "initial-password")).Should().BeFalse();
    }

    [Test]
    [Platform(Include = "Linux")]
    [SupportedOSPlatform("linux")]
    public async Task Closed_parent_stays_closed_and_roots_data_goes_where_the_server_can_reach_it()
    {
        var closed = Directory.CreateDirectory(
            Path.Combine(Folder.Path, "closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var fallback = Path.Combine(Folder.Path, "fallback");
        var options = Options with { DataFolder = Path.Combine(closed.FullName, "postgres"), FallbackFolder = fallback };

        await using var first = await StartAsync(options);
        await first.DisposeAsync();
        await using var second = await StartAsync(options);

        second.DataFolder.Should().StartWith(Environment.IsPrivilegedProcess ? fallback : closed.FullName);
        second.DataFolder.Should().Be(first.DataFolder);
        File.GetUnixFileMode(closed.FullName).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Test]
    public async Task Cancelled_start_leaves_nothing_that_the_next_one_minds()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        var attempt = () => EmbeddedPostgres.StartAsync(Options, NullLogger.Instance, cancelled.Token);

        await attempt.Should().ThrowAsync<OperationCanceledException>();
        await using var postgres = await StartAsync();
        (await ScalarAsync(postgres, "select 'up'")).Should().Be("up");
    }
}
