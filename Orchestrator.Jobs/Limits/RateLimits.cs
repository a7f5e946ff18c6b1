using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;
using Orchestrator.Shared;

namespace Orchestrator.Jobs.Limits;

/// <summary>A step asks for a token of a bucket.</summary>
internal sealed record TokenAsk(string Tenant, JobId Job, string Key, double Capacity, double RefillPerSecond);

/// <summary>A caller wants tokens now or not at all. Size null: as the bucket is.</summary>
internal sealed record TokenWish(string Tenant, string Key, double Tokens, double? Capacity, double? RefillPerSecond);

/// <summary>What came of it.</summary>
/// <param name="Allowed">The tokens are the caller's; else none are.</param>
/// <param name="Tokens">Left in the bucket; below zero: promised to steps.</param>
/// <param name="RetryAfter">After which it can be had; zero where it was.</param>
/// <param name="Capacity">The bucket's; more than that is never to be had at once.</param>
internal sealed record TokenAnswer(bool Allowed, double Tokens, TimeSpan RetryAfter, double Capacity);

/// <summary>A bucket as it is now.</summary>
/// <param name="Tokens">Below zero: promised to steps that wait.</param>
/// <param name="Waiting">How many steps wait for a token.</param>
internal sealed record RateLimitRow(string Key, double Tokens, double Capacity, double RefillRate, DateTime LastRefill, int Waiting);

/// <summary>
/// Token buckets (<c>rate_limits</c>, seed 001), shared by all processes; the database's clock decides. Those who ask at the
/// same moment are one statement, which holds the buckets' rows for as long as it runs. A crash after it has taken a token
/// that nobody used: never more is granted than the bucket allows.
/// </summary>
internal sealed class RateLimits
{
    /// <summary>By how much starts that come late together may be ahead of a bucket's rate.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private const int MaxBatch = 500;
    private readonly Database _database;
    private readonly NearTimers _timers;
    private readonly Coalescer<TokenAsk, TimeSpan?> _asks;
    private readonly Coalescer<TokenWish, TokenAnswer?> _wishes;

    public RateLimits(Database database, NearTimers timers)
    {
        (_database, _timers) = (database, timers);
        _asks = new Coalescer<TokenAsk, TimeSpan?>(ReserveAsync, MaxBatch);
        _wishes = new Coalescer<TokenWish, TokenAnswer?>(TakeAsync, MaxBatch);
    }

    /// <summary>
    /// A token for a step's attempt: zero, it may start. Else the time after which the one is free that it was promised: it
    /// comes again then.
    /// </summary>
    public async Task<TimeSpan> ReserveAsync(TokenAsk ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _asks.SubmitAsync(ask, cancellationToken) is { } wait)
            {
                return wait;
            }

            await MakeAsync(ask.Tenant, ask.Key, ask.Capacity, ask.RefillPerSecond, cancellationToken);
        }
    }

    /// <summary>Tokens for a caller; null: there is no such bucket, and the wish has no size to make one.</summary>
    public async Task<TokenAnswer?> TakeAsync(TokenWish wish, CancellationToken cancellationToken)
    {
        while (true)
        {
            var answer = await _wishes.SubmitAsync(wish, cancellationToken);
            if (answer is not null || wish is not { Capacity: { } capacity, RefillPerSecond: { } refill })
            {
                return answer;
            }

            await MakeAsync(wish.Tenant, wish.Key, capacity, refill, cancellationToken);
        }
    }

    /// <summary>A bucket; null: nobody has asked for a token of it lately.</summary>
    public async Task<RateLimitRow?> FindAsync(string tenant, string key, CancellationToken cancellationToken)
    {
        await using var command = _database.Source.CreateCommand(SqlText.Load("FindRateLimit"));
        command.Parameters.One(tenant).One(key);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new RateLimitRow(row.GetString(0), row.GetDouble(1), row.GetDouble(2), row.GetDouble(3), row.GetDateTime(4), row.GetInt32(5))
            : null;
    }

    /// <summary>Gives a bucket another size, or makes it; steps that wait get their times anew, in their order.</summary>
    public async Task SetAsync(string tenant, string key, double capacity, double refillRate, CancellationToken cancellationToken)
    {
        await using (var command = _database.Source.CreateCommand(SqlText.Load("SetRateLimit")))
        {
            command.Parameters.One(tenant).One(key).One(capacity).One(refillRate);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await RetimeAsync([(tenant, key)], cancellationToken);
    }

    /// <summary>Forgets steps that have ended while they waited; those behind them move up.</summary>
    public async Task ForgetEndedAsync(CancellationToken cancellationToken)
    {
        var buckets = new List<(string, string)>();
        await using (var command = _database.Source.CreateCommand(SqlText.Load("ForgetWaits")))
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                buckets.Add((row.GetString(0), row.GetString(1)));
            }
        }

        if (buckets.Count > 0)
        {
            await RetimeAsync(buckets, cancellationToken);
        }
    }

    private async Task RetimeAsync(List<(string Tenant, string Key)> buckets, CancellationToken cancellationToken)
    {
        await using var command = _database.Source.CreateCommand(SqlText.Load("RetimeWaits"));
        command.Parameters.Texts(buckets.ConvertAll(bucket => bucket.Tenant)).Texts(buckets.ConvertAll(bucket => bucket.Key));
        if (await command.ExecuteScalarAsync(cancellationToken) is double first)
        {
            _timers.Expect(TimeSpan.FromMilliseconds(Math.Max(0, first)));
        }
    }

    private async Task MakeAsync(string tenant, string key, double capacity, double refill, CancellationToken cancellationToken)
    {
        await using var command = _database.Source.CreateCommand(SqlText.Load("MakeBuckets"));
        command.Parameters.Texts([tenant]).Texts([key]).Doubles([capacity]).Doubles([refill]);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<TimeSpan?>> ReserveAsync(IReadOnlyList<TokenAsk> asks)
    {
        var waits = new TimeSpan?[asks.Count];
        var resized = new HashSet<(string, string)>();
        await using (var command = _database.Source.CreateCommand(SqlText.Load("ReserveTokens")))
        {
            command.Parameters
                .Texts([.. asks.Select(ask => ask.Tenant)])
                .Uuids([.. asks.Select(ask => ask.Job.Value)])
                .Texts([.. asks.Select(ask => ask.Key)])
                .Doubles([.. asks.Select(ask => (double?)ask.Capacity)])
                .Doubles([.. asks.Select(ask => (double?)ask.RefillPerSecond)])
                .One(Grace.TotalSeconds);
            await using var row = await command.ExecuteReaderAsync();
            while (await row.ReadAsync())
            {
                var n = row.GetInt32(0) - 1;
                waits[n] = TimeSpan.FromMilliseconds(row.GetDouble(1));
                Note(resized, row.GetBoolean(2), asks[n].Tenant, asks[n].Key);
            }
        }

        await RetimeResizedAsync(resized);
        return waits;
    }

    private async Task<IReadOnlyList<TokenAnswer?>> TakeAsync(IReadOnlyList<TokenWish> wishes)
    {
        var answers = new TokenAnswer?[wishes.Count];
        var resized = new HashSet<(string, string)>();
        await using (var command = _database.Source.CreateCommand(SqlText.Load("TakeTokens")))
        {
            command.Parameters
                .Texts([.. wishes.Select(wish => wish.Tenant)])
                .Texts([.. wishes.Select(wish => wish.Key)])
                .Doubles([.. wishes.Select(wish => (double?)wish.Tokens)])
                .Doubles([.. wishes.Select(wish => wish.Capacity)])
                .Doubles([.. wishes.Select(wish => wish.RefillPerSecond)]);
            await using var row = await command.ExecuteReaderAsync();
            while (await row.ReadAsync())
            {
                var n = row.GetInt32(0) - 1;
                answers[n] = new TokenAnswer(
                    row.GetBoolean(1), row.GetDouble(2), TimeSpan.FromMilliseconds(Math.Min(row.GetDouble(3), int.MaxValue)), row.GetDouble(4));
                Note(resized, row.GetBoolean(5), wishes[n].Tenant, wishes[n].Key);
            }
        }

        await RetimeResizedAsync(resized);
        return answers;
    }

    private static void Note(HashSet<(string, string)> resized, bool isResized, string tenant, string key)
    {
        if (isResized)
        {
            resized.Add((tenant, key));
        }
    }

    /// <summary>A file has changed its size: those that wait already wait by the new one.</summary>
    private Task RetimeResizedAsync(HashSet<(string, string)> resized) =>
        resized.Count > 0 ? RetimeAsync([.. resized], CancellationToken.None) : Task.CompletedTask;
}
