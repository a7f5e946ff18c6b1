namespace Hangfire;

/// <summary>The thread of a configuration; what can be configured are extensions.</summary>
public interface IGlobalConfiguration;

/// <summary>A configuration that has just been given something.</summary>
public interface IGlobalConfiguration<out T> : IGlobalConfiguration
{
    T Entry { get; }
}

/// <summary>The configuration of this process.</summary>
public class GlobalConfiguration : IGlobalConfiguration
{
    internal GlobalConfiguration()
    {
    }

    public static IGlobalConfiguration Configuration { get; } = new GlobalConfiguration();
}

/// <summary>The format in which data are stored. This implementation writes one format and reads all.</summary>
public enum CompatibilityLevel
{
    Version_110 = 110,
    Version_170 = 170,
    Version_180 = 180,
}
