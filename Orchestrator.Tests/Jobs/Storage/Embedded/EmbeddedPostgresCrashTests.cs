using System.Diagnostics;
using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Storage.Embedded;

/// <summary>Real processes, really killed.</summary>
[TestFixture]
[Platform(Include = "Linux")]
internal sealed class EmbeddedPostgresCrashTests : EmbeddedPostgresFixture
{
    [Test]
    public async Task Two_processes_share_it_and_the_last_one_out_stops_it()
    {
        using var other = await ChildProcess.StartAsync(ChildProgram.UsePostgres, Home);
        await using var mine = await StartAsync();
        await other.FinishAsync();

        (await ScalarAsync(mine, "select 'still up'")).Should().Be("still up");
        await mine.DisposeAsync();

        await GoneAsync(mine.ProcessId, mine.DataFolder);
    }

    [Test]
    public async Task Leaving_first_leaves_it_up_for_the_other()
    {
        await using var mine = await StartAsync();
        using var other = await ChildProcess.StartAsync(ChildProgram.UsePostgres, Home);

        await mine.DisposeAsync();

        (await ScalarAsync(mine.ConnectionString, "select 'still up'")).Should().Be("still up");
        await other.FinishAsync();
        await GoneAsync(mine.ProcessId, mine.DataFolder);
    }

    [Test]
    public async Task Many_that_start_together_get_one_server()
    {
        var children = Enumerable.Range(0, 3).Select(_ => ChildProcess.StartAsync(ChildProgram.UsePostgres, Home)).ToList();
        var own = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => StartAsync()));
        foreach (var child in await Task.WhenAll(children))
        {
            await child.FinishAsync();
            child.Dispose();
        }

        own.Select(one => one.ProcessId).Distinct().Should().ContainSingle();
        await Task.WhenAll(own.Select(one => one.DisposeAsync().AsTask()));
        await GoneAsync(own[0].ProcessId, own[0].DataFolder);
    }

    [Test]
    public async Task Killed_service_leaves_it_up_and_the_next_one_attaches()
    {
        using var service = await ChildProcess.StartAsync(ChildProgram.UsePostgres, Home);
        var before = PostmasterFile.Read(Path.Combine(Home, "data"))!;
        await service.KillAsync();

        await using var next = await StartAsync();

        next.ProcessId.Should().Be(before.ProcessId);
        await next.DisposeAsync();
        await GoneAsync(before.ProcessId, next.DataFolder);
    }

    [Test]
    public async Task Killed_server_comes_back_under_its_users_on_the_same_port_with_all_that_was_committed()
    {
        await using var postgres = await StartAsync();
        await ExecuteAsync(postgres, "create table public.kept as select 7 as value");
        Kill(postgres.ProcessId);

        (await ScalarWhenUpAsync(postgres.ConnectionString, "select value::text from public.kept")).Should().Be("7");
    }

    [Test]
    public async Task Server_and_service_killed_together_are_recovered_by_the_next_start()
    {
        using var service = await ChildProcess.StartAsync(ChildProgram.UsePostgres, Home);
        var server = PostmasterFile.Read(Path.Combine(Home, "data"))!;
        await service.KillAsync();
        Kill(server.ProcessId);

        await using var next = await StartAsync();

        next.ProcessId.Should().NotBe(server.ProcessId);
        (await ScalarAsync(next, "select 'up'")).Should().Be("up");
    }

    [Test]
    public async Task Lock_file_whose_process_number_is_somebody_elses_now_is_recovered()
    {
        await using var first = await StartAsync();
        var lockFile = Path.Combine(first.DataFolder, PostmasterFile.Name);
        var content = await File.ReadAllTextAsync(lockFile);
        await first.DisposeAsync();
        await File.WriteAllTextAsync(
            lockFile, content.Replace($"{first.ProcessId}\n", $"{Environment.ProcessId}\n", StringComparison.Ordinal));

        await using var second = await StartAsync();

        (await ScalarAsync(second, "select 'up'")).Should().Be("up");
    }

    private static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }
}
