using Hangfire.Logging;
using Npgsql;

namespace Hangfire.PostgreSql;

/// <summary>Makes the tables when a storage is made, as patiently as its options say.</summary>
internal static class SchemaPreparation
{
    public static void Run(Database database, PostgreSqlStorageOptions options)
    {
        var delay = options.StartupConnectionBaseDelay;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var connection = database.DataSource.OpenConnection();
                PostgreSqlObjectsInstaller.Install(connection, options.SchemaName);
                return;
            }
            catch (NpgsqlException failure) when (failure is not PostgresException)
            {
                if (attempt >= options.StartupConnectionMaxRetries)
                {
                    if (!options.AllowDegradedModeWithoutStorage) throw;
                    LogProvider.For<PostgreSqlStorage>().ErrorException("The database can't be reached; going on without it.", failure);
                    return;
                }

                Thread.Sleep(delay);
                delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, options.StartupConnectionMaxDelay.Ticks));
            }
        }
    }
}
