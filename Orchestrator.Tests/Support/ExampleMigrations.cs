using Orchestrator.Jobs.Storage;

namespace Orchestrator.Tests.Support;

/// <summary>Migrations for the tests of the migrator.</summary>
internal static class ExampleMigrations
{
    /// <summary>Two that fail when they are run twice, and hold the lock long enough for others to queue.</summary>
    public static IReadOnlyList<Migration> Slow { get; } =
    [
        new(1, "things", "create table things (id int primary key); select pg_sleep(0.2);"),
        new(2, "one", "insert into things values (1);"),
    ];
}
