using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Storage.Embedded;

[TestFixture]
internal sealed class ServerLogTests
{
    [TestCase("FATAL:  could not write to file \"pg_wal/xlogtemp.99\": No space left on device", "DiskFull")]
    [TestCase("FATAL:  could not write to file \"pg_wal/xlogtemp.99\": File too large", "DiskFull")]
    [TestCase("FATAL:  could not extend file \"base/1/2610\": wrote only 4096 of 8192 bytes at block 0\nHINT:  Check free disk space.", "DiskFull")]
    [TestCase("FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use", "Lingering")]
    [TestCase("FATAL:  lock file \"postmaster.pid\" already exists", "Lingering")]
    [TestCase("LOG:  could not bind IPv4 address \"127.0.0.1\": Address already in use", "PortTaken")]
    [TestCase("FATAL:  database files are incompatible with server", "Other")]
    [TestCase("", "Other")]
    public void Words_of_the_server_tell_what_to_do(string said, string meaning) =>
        ServerLog.Classify(said).ToString().Should().Be(meaning);

    [Test]
    public void Only_what_was_written_since_is_read()
    {
        using var folder = TestFolder.Create();
        var path = Path.Combine(folder.Path, "server.log");
        File.WriteAllText(path, "before\n");
        var position = ServerLog.Rotate(path);
        File.AppendAllText(path, "after\n");

        ServerLog.Since(path, position).Should().Be("after\n");
    }

    [Test]
    public void Log_that_has_grown_is_put_aside()
    {
        using var folder = TestFolder.Create();
        var path = Path.Combine(folder.Path, "server.log");
        File.WriteAllText(path, new string('x', 9 * 1024 * 1024));

        ServerLog.Rotate(path).Should().Be(0);

        File.Exists(path).Should().BeFalse();
        File.Exists(path + ".1").Should().BeTrue();
    }

    [Test]
    public void Message_shows_the_last_lines_only()
    {
        var text = string.Join('\n', Enumerable.Range(1, 40).Select(number => $"line {number}"));

        ServerLog.Tail(text).Should().StartWith("line 29").And.EndWith("line 40");
    }
}
