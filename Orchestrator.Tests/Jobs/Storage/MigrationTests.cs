using Orchestrator.Jobs.Storage;

namespace Orchestrator.Tests.Jobs.Storage;

[TestFixture]
internal sealed class MigrationTests
{
    [Test]
    public void Embedded_files_are_well_numbered()
    {
        var versions = Migration.Embedded.Select(migration => migration.Version);

        versions.Should().Equal(Enumerable.Range(1, Migration.Embedded.Count));
    }

    [Test]
    public void Files_are_read_in_the_order_of_their_numbers()
    {
        Read("0002_steps", "0001_runs").Select(migration => migration.Title).Should().Equal("0001_runs", "0002_steps");
    }

    [TestCase("0001_runs", "0003_steps", "0003_steps should be number 0002")]
    [TestCase("0001_runs", "0001_steps", "0001_steps should be number 0002")]
    [TestCase("0001_runs", "2_steps", "2_steps.sql is no migration")]
    [TestCase("0001_runs", "0002", "0002.sql is no migration")]
    public void Wrong_names_are_told(string first, string second, string message)
    {
        var read = () => Read(first, second);

        read.Should().Throw<InvalidOperationException>().Which.Message.Should().Contain(message);
    }

    [Test]
    public void Line_endings_of_a_checkout_do_not_change_the_checksum()
    {
        new Migration(1, "runs", "a\r\nb").Checksum.Should().Be(new Migration(1, "runs", "a\nb").Checksum)
            .And.NotBe(new Migration(1, "runs", "a\n b").Checksum);
    }

    private static IReadOnlyList<Migration> Read(params string[] names) =>
        Migration.From(new SqlResources("", names.Select(name => name + ".sql"), name => name));
}
