using System.Globalization;
using Orchestrator.Benchmarks.Database;

namespace Orchestrator.Benchmarks.Measuring;

/// <summary>Where the database's time goes: the statements of the measured runs, the costliest first.</summary>
internal static class StatementTimes
{
    /// <summary>Starts to count anew.</summary>
    public static async Task ForgetAsync(Cluster cluster, bool isWanted, CancellationToken cancellationToken)
    {
        if (isWanted && cluster.CountsStatements)
        {
            await using var command = cluster.Administration.CreateCommand("select pg_stat_statements_reset()");
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public static async Task ShowAsync(
        Cluster cluster, bool isWanted, MeasuringPlan plan, int runs, CancellationToken cancellationToken)
    {
        if (!isWanted || !cluster.CountsStatements)
        {
            return;
        }

        await using var command = cluster.Administration.CreateCommand(
            """
            select s.calls::double precision, s.total_exec_time, left(regexp_replace(s.query, '\s+', ' ', 'g'), 100)
            from pg_stat_statements s join pg_database d on d.oid = s.dbid
            where d.datname = $1 and s.toplevel order by s.total_exec_time desc limit 20
            """);
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = plan.Database });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        Console.WriteLine($"  calls/{plan.Per}   µs/{plan.Per}   µs/call");
        var units = plan.UnitsPerRun * runs;
        while (await row.ReadAsync(cancellationToken))
        {
            var (calls, time) = (row.GetDouble(0), row.GetDouble(1) * 1000);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {calls / units,10:0.000} {time / units,9:0.0} {time / calls,9:0}  {row.GetString(2)}"));
        }
    }
}
