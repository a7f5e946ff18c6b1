using System.Diagnostics;
using Orchestrator.Jobs.Storage.Embedded;

namespace Orchestrator.Tests.Support;

/// <summary>An unprivileged user, where the tests run as root; else the current one, who is unprivileged then.</summary>
internal static class OtherUser
{
    /// <summary>Null: the tests do not run as root.</summary>
    public static string? Name { get; } = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess ? "nobody" : null;

    /// <summary>Gives a folder to the user.</summary>
    public static async Task OwnAsync(string folder)
    {
        if (Name is not null)
        {
            (await ServerCommand.RunAsync("chown", ["-R", $"{Name}:", folder], user: null, CancellationToken.None)).Succeeded.Should().BeTrue();
        }
    }

    /// <summary>Lets a program start as a user; null: as the current one.</summary>
    public static void Become(ProcessStartInfo start, string? user)
    {
        if (user is not null)
        {
            start.UserName = user;
            start.Environment["HOME"] = "/";
        }
    }
}
