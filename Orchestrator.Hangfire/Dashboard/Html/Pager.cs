using System.Globalization;

namespace Hangfire.Dashboard;

/// <summary>Which part of a list a page shows.</summary>
public class Pager
{
    internal const int MaxRecordsPerPage = 500;

    public Pager(int from, int perPage, long total)
        : this(from, perPage, 10, total)
    {
    }

    /// <summary>A negative <paramref name="from"/> is the beginning; no <paramref name="perPage"/> is the default; more than 500 are 500.</summary>
    public Pager(int from, int perPage, int defaultPerPage, long total)
    {
        FromRecord = Math.Max(0, from);
        RecordsPerPage = Math.Min(perPage > 0 ? perPage : Math.Max(1, defaultPerPage), MaxRecordsPerPage);
        TotalRecordCount = total;
        CurrentPage = (FromRecord / RecordsPerPage) + 1;
        TotalPageCount = (int)Math.Min(int.MaxValue, (total + RecordsPerPage - 1) / RecordsPerPage);
    }

    /// <summary>The list's address without its place in it.</summary>
    public string BasePageUrl { get; set; } = "";

    public int FromRecord { get; }

    public int RecordsPerPage { get; }

    public int CurrentPage { get; }

    public int TotalPageCount { get; }

    public long TotalRecordCount { get; }

    /// <summary>The address of a page, from 1.</summary>
    public virtual string PageUrl(int page)
    {
        if (page < 1 || page > TotalPageCount) return "#";
        return Address((long)(page - 1) * RecordsPerPage, RecordsPerPage);
    }

    /// <summary>The address of the list's beginning with other pages.</summary>
    public string RecordsPerPageUrl(int perPage) => perPage <= 0 ? "#" : Address(0, perPage);

    private string Address(long from, int count) => string.Create(
        CultureInfo.InvariantCulture, $"{BasePageUrl}{(BasePageUrl.Contains('?', StringComparison.Ordinal) ? '&' : '?')}from={from}&count={count}");
}
