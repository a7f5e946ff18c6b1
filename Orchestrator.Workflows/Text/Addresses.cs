using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Text;

/// <summary>What an address must not hold: errors, logs and answers show it, and HTTP does not send it.</summary>
public static partial class Addresses
{
    /// <summary>How to mend one with a user or password.</summary>
    public const string InsteadOfUser = "Send them as a header: `headers: { Authorization: … }`.";

    /// <summary>Whether there is a user or password before the host; an expression in it may be anything.</summary>
    public static bool HasUser(string address) => User().IsMatch(Expression().Replace(address, "_"));

    /// <summary>The address as a message may show it.</summary>
    public static string WithoutUser(string address) => User().Replace(address, "…@");

    [GeneratedRegex(@"\A[^:/?#]*:[/\\]{2}[^/\\?#]*@", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex User();

    [GeneratedRegex(@"\{\{.*?\}\}", RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Expression();
}
