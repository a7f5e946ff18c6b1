namespace Hangfire.Common;

/// <summary>What every job filter tells about itself.</summary>
public interface IJobFilter
{
    /// <summary>Whether several filters of this type may act on one job; otherwise the most specific one does.</summary>
    bool AllowMultiple { get; }

    /// <summary>Lower runs first; equal orders run from the widest scope to the narrowest.</summary>
    int Order { get; }
}

/// <summary>Finds the filters that act on a job.</summary>
public interface IJobFilterProvider
{
    /// <summary>The filters for <paramref name="job"/>; null asks for those that act on every job.</summary>
    IEnumerable<JobFilter> GetFilters(Job? job);
}

/// <summary>Where a filter was declared; a wider scope runs first.</summary>
public enum JobFilterScope
{
    Global = 10,
    Type = 20,
    Method = 30,
}
