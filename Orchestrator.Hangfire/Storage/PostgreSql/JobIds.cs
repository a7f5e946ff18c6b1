namespace Hangfire.PostgreSql;

/// <summary>
/// Ids for new jobs, reserved ahead in growing blocks, so that a job's id is known before its rows are written. What a
/// process does not use is a gap in the sequence.
/// </summary>
internal sealed class JobIds(Database database)
{
    private const int LargestBlock = 64;

    private readonly Lock gate = new();
    private readonly Queue<long> reserved = new();
    private int blockSize = 1;

    public long Next()
    {
        lock (gate)
        {
            if (reserved.Count == 0) Reserve();
            return reserved.Dequeue();
        }
    }

    private void Reserve()
    {
        foreach (var id in database.Query("ReserveJobIds", static row => row.GetInt64(0), blockSize)) reserved.Enqueue(id);
        blockSize = Math.Min(blockSize * 2, LargestBlock);
    }
}
