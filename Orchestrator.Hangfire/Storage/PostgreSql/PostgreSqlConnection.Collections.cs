namespace Hangfire.PostgreSql;

/// <summary>Sets, hashes, lists and counters.</summary>
public partial class PostgreSqlConnection
{
    /// <summary>What a collection that does not expire answers.</summary>
    private static readonly TimeSpan NoTtl = TimeSpan.FromSeconds(-1);

    public override HashSet<string> GetAllItemsFromSet(string key) => [.. database.Query("GetAllItemsFromSet", Text, key)];

    public override string? GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore) =>
        GetFirstByLowestScoreFromSet(key, fromScore, toScore, 1).FirstOrDefault();

    public override List<string> GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore, int count)
    {
        if (toScore < fromScore) throw new ArgumentException("The lower score is above the higher one.", nameof(toScore));
        return database.Query("GetFirstByLowestScoreFromSet", Text, key, fromScore, toScore, count);
    }

    public override List<string> GetRangeFromSet(string key, int startingFrom, int endingAt) =>
        database.Query("GetRangeFromSet", Text, key, startingFrom, Length(startingFrom, endingAt));

    public override long GetSetCount(string key) => database.Scalar<long>("GetSetCount", key);

    public override long GetSetCount(IEnumerable<string> keys, int limit) => database.Scalar<long>("GetSetCountOf", keys.ToArray(), limit);

    public override bool GetSetContains(string key, string value) => database.Scalar<bool>("GetSetContains", key, value);

    public override TimeSpan GetSetTtl(string key) => Ttl("GetSetTtl", key);

    public override void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs)
    {
        var (fields, values) = Columns(keyValuePairs);
        database.Execute("SetRangeInHash", key, fields, values);
    }

    public override Dictionary<string, string>? GetAllEntriesFromHash(string key)
    {
        var fields = database.Query("GetAllEntriesFromHash", static row => (row.GetString(0), JobRow.TextOrNull(row, 1)!), key);
        return fields.Count == 0 ? null : fields.ToDictionary(static each => each.Item1, static each => each.Item2);
    }

    public override string? GetValueFromHash(string key, string name) => database.Scalar<string>("GetValueFromHash", key, name);

    public override long GetHashCount(string key) => database.Scalar<long>("GetHashCount", key);

    public override TimeSpan GetHashTtl(string key) => Ttl("GetHashTtl", key);

    public override List<string> GetAllItemsFromList(string key) => GetRangeFromList(key, 0, int.MaxValue - 1);

    public override List<string> GetRangeFromList(string key, int startingFrom, int endingAt) =>
        database.Query("GetRangeFromList", Text, key, startingFrom, Length(startingFrom, endingAt));

    public override long GetListCount(string key) => database.Scalar<long>("GetListCount", key);

    public override TimeSpan GetListTtl(string key) => Ttl("GetListTtl", key);

    public override long GetCounter(string key) => database.Scalar<long>("GetCounter", key);

    private static int Length(int from, int to) => Math.Max(0, to - from + 1);

    private TimeSpan Ttl(string statement, string key) => database.Scalar<TimeSpan?>(statement, key) ?? NoTtl;
}
