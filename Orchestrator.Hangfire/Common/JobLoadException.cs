namespace Hangfire.Common;

/// <summary>A stored job names a class, method or argument that this process does not know.</summary>
public class JobLoadException(string message, Exception? inner) : Exception(message, inner);
