namespace Hangfire.PostgreSql;

/// <summary>How far a search by name looks back.</summary>
internal static class JobSearch
{
    /// <summary>There is no index on names: so many of the newest jobs are read.</summary>
    public const int Window = 10_000;
}
