namespace Orchestrator.Jobs.Access;

/// <summary>What a token may do; each role also may what those before it may.</summary>
internal enum Role
{
    /// <summary>Reads.</summary>
    Viewer,

    /// <summary>Dispatches, and acts on runs, jobs and events.</summary>
    Operator,

    /// <summary>Puts workflows, makes and revokes keys.</summary>
    Admin,
}

/// <summary>Roles as they are written in rows, requests and commands.</summary>
internal static class RoleWords
{
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<Role>().Select(Word)];

    public static string Word(this Role role) => role switch
    {
        Role.Viewer => "viewer",
        Role.Operator => "operator",
        Role.Admin => "admin",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };

    /// <summary>Null: it is no role.</summary>
    public static Role? Of(string word) => All.Contains(word) ? Enum.GetValues<Role>().First(role => role.Word() == word) : null;
}
