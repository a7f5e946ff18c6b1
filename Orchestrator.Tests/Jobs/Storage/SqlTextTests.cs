using Orchestrator.Jobs.Storage;

namespace Orchestrator.Tests.Jobs.Storage;

[TestFixture]
internal sealed class SqlTextTests
{
    private int _reads;

    [SetUp]
    public void Reset() => _reads = 0;

    [Test]
    public void Statement_is_found_by_the_name_of_its_file_and_read_once()
    {
        var resources = Resources("Sql.Execution.Claim.sql", "Sql.Dispatch.Insert.sql");

        resources.Load("Claim").Should().Be("text of Sql.Execution.Claim.sql");
        resources.Load("Claim").Should().Be("text of Sql.Execution.Claim.sql");
        _reads.Should().Be(1);
    }

    [Test]
    public void Folder_tells_two_of_one_name_apart()
    {
        var resources = Resources("Sql.Tasks.Insert.sql", "Sql.Dispatch.Insert.sql");

        resources.Load("Tasks.Insert").Should().Be("text of Sql.Tasks.Insert.sql");
        resources.Invoking(all => all.Load("Insert")).Should().Throw<ArgumentException>()
            .Which.Message.Should().Contain("Dispatch.Insert, Tasks.Insert");
    }

    [Test]
    public void Unknown_name_is_an_error()
    {
        Resources("Sql.Tasks.Insert.sql", "Other.Claim.sql").Invoking(all => all.Load("Claim")).Should().Throw<ArgumentException>()
            .Which.Message.Should().Contain("no SQL file named Claim");
    }

    private SqlResources Resources(params string[] names) => new("Sql.", names, name =>
    {
        _reads++;
        return "text of " + name;
    });
}
