namespace Hangfire.States;

/// <summary>A state that a job can be in, with what is stored about it.</summary>
public interface IState
{
    /// <summary>Unique among states.</summary>
    string Name { get; }

    /// <summary>Why the job is in it, for people; may be null.</summary>
    string? Reason { get; }

    /// <summary>Whether the job has ended with it and expires.</summary>
    bool IsFinal { get; }

    /// <summary>Whether a job whose call can't be loaded may enter it.</summary>
    bool IgnoreJobLoadException { get; }

    /// <summary>What is stored with it.</summary>
    Dictionary<string, string> SerializeData();
}
