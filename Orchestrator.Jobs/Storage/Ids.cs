namespace Orchestrator.Jobs.Storage;

/// <summary>
/// A run's id: a UUID v7 whose last 24 bits are zero. The jobs of its steps count on from it (<see cref="JobId"/>), so
/// that one index holds runs' steps side by side and either id leads to the other without a look-up.
/// </summary>
public readonly record struct RunId(Guid Value)
{
    private const int StepBytes = 3;

    /// <param name="now">Its first 48 bits.</param>
    public static RunId New(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[^StepBytes..].Clear();
        return new RunId(new Guid(bytes, bigEndian: true));
    }

    /// <summary>The least id that a run made at that time can have.</summary>
    public static RunId FirstAt(DateTime utc)
    {
        var milliseconds = Math.Max(0, new DateTimeOffset(utc, TimeSpan.Zero).ToUnixTimeMilliseconds());
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, milliseconds << 16);
        return new RunId(new Guid(bytes, bigEndian: true));
    }

    /// <summary>The job of the step at <paramref name="stepIndex"/>.</summary>
    public JobId Job(int stepIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stepIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stepIndex, JobId.MaxStepIndex);
        Span<byte> bytes = stackalloc byte[16];
        Value.TryWriteBytes(bytes, bigEndian: true, out _);
        var number = stepIndex + 1;
        (bytes[13], bytes[14], bytes[15]) = ((byte)(number >> 16), (byte)(number >> 8), (byte)number);
        return new JobId(new Guid(bytes, bigEndian: true));
    }

    /// <summary>The greatest id that a job of this run can have.</summary>
    public JobId LastJob => Job(JobId.MaxStepIndex);

    public override string ToString() => Value.ToString();
}

/// <summary>The id of a step's job in a run (<c>job_queue.job_id</c>).</summary>
public readonly record struct JobId(Guid Value)
{
    public const int MaxStepIndex = (1 << 24) - 2;

    public RunId Run
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Value.TryWriteBytes(bytes, bigEndian: true, out _);
            bytes[13..].Clear();
            return new RunId(new Guid(bytes, bigEndian: true));
        }
    }

    public int StepIndex
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Value.TryWriteBytes(bytes, bigEndian: true, out _);
            return ((bytes[13] << 16) | (bytes[14] << 8) | bytes[15]) - 1;
        }
    }

    public override string ToString() => Value.ToString();
}
