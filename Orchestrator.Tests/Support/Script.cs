using System.Runtime.Versioning;

namespace Orchestrator.Tests.Support;

/// <summary>A shell script that any user may run.</summary>
[UnsupportedOSPlatform("windows")]
internal static class Script
{
    public static void Write(string path, string commands)
    {
        File.WriteAllText(path, $"#!/bin/sh\n{commands}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }
}
