namespace Hangfire.Storage.Monitoring;

/// <summary>Jobs by id, in the order of their list.</summary>
public class JobList<TDto>(IEnumerable<KeyValuePair<string, TDto>> source) : List<KeyValuePair<string, TDto>>(source);
