using System.Reflection;
using Hangfire;

namespace Orchestrator.Tests.Hangfire.PublicApi;

/// <summary>What compiles against our supplier of the API compiles against the official one.</summary>
[TestFixture]
public sealed class PublicSurfaceTests
{
    private static readonly Assembly Own = typeof(JobStorage).Assembly;

    private static readonly HashSet<string> Official = [.. ReadLists()];

    /// <summary>Members that official classes let others override, without the class's name.</summary>
    private static readonly HashSet<string> Overridable =
    [
        .. Official.Where(static line => line.EndsWith("virtual]", StringComparison.Ordinal) || line.EndsWith("abstract]", StringComparison.Ordinal))
            .Select(Signature),
    ];

    [Test]
    public void EverythingPublicIsOfficial() =>
        ApiPrinter.Print(Own).Where(static line => !Official.Contains(line) && !IsOverride(line)).Should().BeEmpty();

    [Test]
    public void InterfacesAndAbstractClassesAndEnumsAreComplete()
    {
        var missing = new List<string>();
        foreach (var type in Own.GetTypes().Where(static type => type.IsVisible && (type.IsInterface || type.IsEnum || type is { IsAbstract: true, IsSealed: false })))
        {
            var prefix = ApiPrinter.TypeLine(type).Split(" : ")[0] + ".";
            var own = ApiPrinter.Members(type).ToHashSet();
            missing.AddRange(Official.Where(line => line.StartsWith(prefix, StringComparison.Ordinal) && IsMemberOf(line, prefix) && !own.Contains(line)));
        }

        missing.Should().BeEmpty();
    }

    /// <summary>Overriding an official member adds nothing for callers.</summary>
    private static bool IsOverride(string line) =>
        line.EndsWith("[override]", StringComparison.Ordinal) && Overridable.Contains(Signature(line));

    private static string Signature(string line)
    {
        var member = line[..line.LastIndexOf('[')].TrimEnd();
        var name = member.Split('(', ' ')[0];
        return member[(name.LastIndexOf('.') + 1)..];
    }

    /// <summary>Not of a type nested in it, or of one whose name only begins in the same way.</summary>
    private static bool IsMemberOf(string line, string prefix)
    {
        var name = line[prefix.Length..].Split('(', ' ')[0];
        return !name.Contains('.', StringComparison.Ordinal);
    }

    private static IEnumerable<string> ReadLists()
    {
        var assembly = typeof(PublicSurfaceTests).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(static name => name.Contains("PublicApi", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            while (reader.ReadLine() is { } line) yield return line.TrimEnd();
        }
    }
}
