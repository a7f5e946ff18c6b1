namespace Hangfire;

/// <summary>Which end of a job its continuation waits for; after any other it is deleted. Values can be combined.</summary>
[Flags]
public enum JobContinuationOptions
{
    OnAnyFinishedState = 0,
    OnlyOnSucceededState = 1,
    OnlyOnDeletedState = 2,
}
