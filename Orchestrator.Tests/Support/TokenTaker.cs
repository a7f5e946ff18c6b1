using System.Globalization;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Tests.Support;

/// <summary>Many callers in a process of their own, all at one bucket.</summary>
internal static class TokenTaker
{
    public const string Schema = "create table public.granted (tokens bigint not null)";
    public const string Key = "shared";

    public static async Task RunAsync(string connectionString, string callers, string seconds)
    {
        await using var database = Database.Open(connectionString);
        var limits = new RateLimits(database, new NearTimers(new OrchestratorOptions(), TimeProvider.System));

        // Connected, prepared and compiled: what is measured is the bucket.
        for (var i = 0; i < 20; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => limits.TakeAsync(new TokenWish("default", "warm", 1, 1, 1), CancellationToken.None)));
        }

        Console.WriteLine(ChildProgram.Ready);
        await Console.In.ReadLineAsync();
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)));
        var granted = await Task.WhenAll(Enumerable.Range(0, int.Parse(callers, CultureInfo.InvariantCulture)).Select(_ => TakeAsync(limits, over.Token)));
        await using var write = database.Source.CreateCommand("insert into public.granted values ($1)");
        write.Parameters.One(granted.Sum());
        await write.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>One caller: asks, waits as it is told, and asks again.</summary>
    private static async Task<long> TakeAsync(RateLimits limits, CancellationToken over)
    {
        var granted = 0L;
        while (!over.IsCancellationRequested)
        {
            var answer = (await limits.TakeAsync(new TokenWish("default", Key, 1, null, null), CancellationToken.None))!;
            granted += answer.Allowed ? 1 : 0;
            var wait = answer.RetryAfter < TimeSpan.FromSeconds(1) ? answer.RetryAfter : TimeSpan.FromSeconds(1);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, over).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }

        return granted;
    }
}
