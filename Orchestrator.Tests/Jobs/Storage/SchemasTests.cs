using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Storage;

[TestFixture]
internal sealed class SchemasTests
{
    [Test]
    public async Task Sequences_of_another_name_are_refused_by_name()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("alter sequence hangfire.state_id_seq rename to my_states");
        await database.ExecuteAsync("drop schema orchestrator cascade");
        await using var opened = Database.Open(database.ConnectionString);

        var migrate = () => Schemas.MigrateAsync(opened, NullLogger.Instance, default);

        (await migrate.Should().ThrowAsync<MigrationException>()).Which.Message
            .Should().Contain("hangfire.my_states").And.Contain("hangfire.state_id_seq").And.Contain("rename");
    }
}
