using Hangfire.Common;
using Hangfire.PostgreSql;
using Npgsql;

namespace Hangfire.Recurring;

/// <summary>Recurring jobs in their set and hashes. What is written is fenced by the place in the set that was read.</summary>
internal sealed class RecurringJobTable(PostgreSqlStorage storage)
{
    public const string SetKey = "recurring-jobs", HashPrefix = "recurring-job:";

    /// <summary>The recurring job of an id, or one to be filled, and the database's time.</summary>
    public (RecurringJobEntity Entity, DateTime Now) Find(string id) =>
        storage.Database.Query("GetRecurringJob", row => (Read(row, id), row.GetDateTime(0)), id).Single();

    /// <summary>What is due, the longest waiting first, and the time until something else is; null: nothing else is scheduled.</summary>
    public (List<(RecurringJobEntity Entity, DateTime Now)> Due, TimeSpan? Next) Look(int limit)
    {
        var due = new List<(RecurringJobEntity, DateTime)>();
        TimeSpan? next = null;
        foreach (var (entity, now, isDue) in storage.Database.Query(
            "GetDueRecurringJobs", static row => (Read(row, row.GetString(3)), row.GetDateTime(0), row.GetBoolean(4)), limit))
        {
            if (isDue) due.Add((entity, now));
            else next = TimeSpan.FromSeconds(entity.Score) - (now - DateTime.UnixEpoch);
        }

        return (due, next);
    }

    /// <summary>Writes what has changed.</summary>
    /// <exception cref="JobMovedException">Somebody else has written it since it was read.</exception>
    public void Save(RecurringJobEntity entity)
    {
        using var transaction = new PostgreSqlWriteOnlyTransaction(storage);
        AddTo(transaction, entity);

        // A fence alone would change nothing.
        if (transaction.Operations.Count > (entity.StoredScore is null ? 0 : 1)) transaction.Commit();
    }

    /// <summary>Writes what has changed, in the transaction of something else.</summary>
    public void AddTo(PostgreSqlWriteOnlyTransaction transaction, RecurringJobEntity entity)
    {
        if (entity.StoredScore is { } score) transaction.Add("RequireScore", SetKey, entity.Id, score);
        var changes = entity.Changes();
        if (changes.Count > 0) transaction.SetRangeInHash(HashPrefix + entity.Id, changes);
        if (entity.StoredScore is null || !entity.StoredScore.Value.Equals(entity.Score)) transaction.AddToSet(SetKey, entity.Id, entity.Score);
    }

    public void Remove(string id)
    {
        using var transaction = new PostgreSqlWriteOnlyTransaction(storage);
        transaction.RemoveFromSet(SetKey, id);
        transaction.RemoveHash(HashPrefix + id);
        transaction.Commit();
    }

    private static RecurringJobEntity Read(NpgsqlDataReader row, string id) =>
        RecurringJobEntity.Read(id, row.IsDBNull(1) ? null : row.GetDouble(1), SerializationHelper.Deserialize<Dictionary<string, string>>(JobRow.TextOrNull(row, 2)));
}
