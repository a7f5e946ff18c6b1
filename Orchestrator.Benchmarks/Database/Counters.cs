using Npgsql;

namespace Orchestrator.Benchmarks.Database;

/// <summary>What PostgreSQL has counted; a difference of two is what happened between them.</summary>
/// <param name="Statements">Statements that clients sent, <c>BEGIN</c> and <c>COMMIT</c> among them.</param>
/// <param name="Commits">Transactions that were committed, also those that wrote nothing.</param>
/// <param name="Rows">Rows inserted, updated and deleted.</param>
/// <param name="WalBytes">Write-ahead log, of the whole server.</param>
internal readonly record struct Counters(double Statements, double Commits, double Rows, double WalBytes)
{
    public static Counters operator +(Counters a, Counters b) =>
        new(a.Statements + b.Statements, a.Commits + b.Commits, a.Rows + b.Rows, a.WalBytes + b.WalBytes);

    public static Counters operator -(Counters a, Counters b) => a + (b * -1);

    public static Counters operator *(Counters a, double factor) =>
        new(a.Statements * factor, a.Commits * factor, a.Rows * factor, a.WalBytes * factor);

    /// <summary>The counters of one database now.</summary>
    public static async Task<Counters> ReadAsync(Cluster cluster, string database, CancellationToken cancellationToken)
    {
        var statements = cluster.CountsStatements
            ? "(select coalesce(sum(calls), 0) from pg_stat_statements s where s.dbid = d.datid and s.toplevel)"
            : "0";
        await using var command = cluster.Administration.CreateCommand(
            $"""
            select {statements}::double precision,
                   d.xact_commit::double precision,
                   (d.tup_inserted + d.tup_updated + d.tup_deleted)::double precision,
                   pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::double precision
            from pg_stat_database d where d.datname = $1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = database });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new Counters(row.GetDouble(0), row.GetDouble(1), row.GetDouble(2), row.GetDouble(3));
    }
}
