using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Storage.Embedded;

/// <summary>Within one process; across processes, and after a kill, see <see cref="EmbeddedPostgresCrashTests"/>.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FileLockTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.Create();

    private string File => Path.Combine(_folder.Path, "lock");

    public void Dispose() => _folder.Dispose();

    [Test]
    public void Shared_goes_with_shared_and_not_with_exclusive()
    {
        using var one = FileLock.TryTake(File, shared: true);
        using var two = FileLock.TryTake(File, shared: true);

        one.Should().NotBeNull();
        two.Should().NotBeNull();
        FileLock.TryTake(File, shared: false).Should().BeNull();
    }

    [Test]
    public void Exclusive_goes_with_nothing()
    {
        using var one = FileLock.TryTake(File, shared: false);

        FileLock.TryTake(File, shared: true).Should().BeNull();
        FileLock.TryTake(File, shared: false).Should().BeNull();
    }

    [Test]
    public async Task Waiting_ends_when_it_is_given_back()
    {
        var one = FileLock.TryTake(File, shared: false)!;
        var waiting = FileLock.TakeAsync(File, shared: false, TimeSpan.FromHours(1), CancellationToken.None);
        waiting.IsCompleted.Should().BeFalse();

        one.Dispose();

        using var two = await waiting;
        two.Should().NotBeNull();
    }

    [Test]
    public async Task Waiting_ends_with_nothing_when_it_takes_too_long()
    {
        using var one = FileLock.TryTake(File, shared: false);

        (await FileLock.TakeAsync(File, shared: true, TimeSpan.Zero, CancellationToken.None)).Should().BeNull();
    }

    [Test]
    public async Task Program_that_was_started_meanwhile_does_not_inherit_it()
    {
        var taken = FileLock.TryTake(File, shared: false)!;
        using var child = await ChildProcess.StartAsync(ChildProgram.Migrate, "Host=nowhere");
        taken.Dispose();

        using var again = FileLock.TryTake(File, shared: false);

        again.Should().NotBeNull();
    }

    [Test]
    public void Trouble_other_than_a_holder_is_not_taken_for_one()
    {
        var attempt = () => FileLock.TryTake(Path.Combine(_folder.Path, "missing", "lock"), shared: false);

        attempt.Should().Throw<DirectoryNotFoundException>();
    }
}
