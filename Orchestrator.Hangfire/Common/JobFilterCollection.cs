using System.Collections;

namespace Hangfire.Common;

/// <summary>Filters that act on every job. Safe to change while jobs run.</summary>
public class JobFilterCollection : IJobFilterProvider, IEnumerable<JobFilter>
{
    private readonly Lock gate = new();
    private volatile JobFilter[] filters = [];

    public int Count => filters.Length;

    /// <summary>Changes with every change of the content; lets caches notice.</summary>
    internal object Snapshot => filters;

    /// <summary>Adds a filter with the order that it asks for itself.</summary>
    public void Add(object filter) => AddInternal(filter, order: null);

    /// <summary>Adds a filter at <paramref name="order"/>.</summary>
    public void Add(object filter, int order) => AddInternal(filter, order);

    public void Clear()
    {
        lock (gate) filters = [];
    }

    public bool Contains(object filter) => filters.Any(each => each.Instance == filter);

    public void Remove(object filter) => RemoveAll(each => each.Instance == filter);

    /// <summary>Removes all filters that are a <paramref name="type"/>.</summary>
    public void Remove(Type type) => RemoveAll(each => type.IsInstanceOfType(each.Instance));

    /// <summary>Removes all filters that are a <typeparamref name="T"/>.</summary>
    public void Remove<T>() => Remove(typeof(T));

    public IEnumerator<JobFilter> GetEnumerator() => filters.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    IEnumerable<JobFilter> IJobFilterProvider.GetFilters(Job? job) => filters;

    private void AddInternal(object filter, int? order)
    {
        var added = new JobFilter(filter, JobFilterScope.Global, order);
        lock (gate) filters = [.. filters, added];
    }

    private void RemoveAll(Predicate<JobFilter> match)
    {
        lock (gate) filters = Array.FindAll(filters, each => !match(each));
    }
}
