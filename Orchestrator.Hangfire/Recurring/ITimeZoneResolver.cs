namespace Hangfire;

/// <summary>Finds time zones by their stored names.</summary>
public interface ITimeZoneResolver
{
    /// <exception cref="TimeZoneNotFoundException">There is none of this name.</exception>
    TimeZoneInfo GetTimeZoneById(string timeZoneId);
}

/// <summary>Asks the system, which knows the names of the IANA and those of Windows.</summary>
public sealed class DefaultTimeZoneResolver : ITimeZoneResolver
{
    public TimeZoneInfo GetTimeZoneById(string timeZoneId) => TimeZoneInfo.FindSystemTimeZoneById(timeZoneId);
}
