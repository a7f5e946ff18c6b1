using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Benchmarks.Database;

/// <summary>
/// Processor time that the database and this process have used: it says what something costs even while other programs
/// keep the machine busy. The database's is read from <c>/proc</c>, so it is 0 where there is none.
/// </summary>
internal readonly record struct CpuTimes(TimeSpan Database, TimeSpan Program)
{
    private const int TicksPerSecond = 100;
    private const int ParentField = 1, UserField = 11, SystemField = 12, EndedUserField = 13, EndedSystemField = 14;

    public static CpuTimes operator -(CpuTimes a, CpuTimes b) => new(a.Database - b.Database, a.Program - b.Program);

    public static CpuTimes operator +(CpuTimes a, CpuTimes b) => new(a.Database + b.Database, a.Program + b.Program);

    public static CpuTimes Read(int postmaster)
    {
        using var own = Process.GetCurrentProcess();
        var ticks = Directory.Exists("/proc/self") ? OfDatabase(postmaster) : 0;
        return new CpuTimes(TimeSpan.FromSeconds((double)ticks / TicksPerSecond), own.TotalProcessorTime);
    }

    /// <summary>Sessions that live, and those that the postmaster has seen end.</summary>
    private static long OfDatabase(int postmaster)
    {
        long ticks = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process) || Fields(folder) is not { } fields)
            {
                continue;
            }

            if (process == postmaster)
            {
                ticks += Number(fields, UserField) + Number(fields, SystemField) + Number(fields, EndedUserField) + Number(fields, EndedSystemField);
            }
            else if (Number(fields, ParentField) == postmaster)
            {
                ticks += Number(fields, UserField) + Number(fields, SystemField);
            }
        }

        return ticks;
    }

    /// <summary>What follows the name in <c>stat</c>; null: the process is gone.</summary>
    private static string[]? Fields(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Number(string[] fields, int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
}
