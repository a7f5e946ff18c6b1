using Orchestrator.Workflows.Expressions;
using YamlDotNet.Core;

namespace Orchestrator.Workflows.Parsing.Yaml;

/// <summary>A node of a file's tree, with its place. Aliases share the node that they name.</summary>
internal abstract record YamlNode(Position Position)
{
    /// <summary>Levels of lists and mappings from here down.</summary>
    public abstract int Depth { get; }

    /// <summary>Nodes from here down, shared ones counted each time.</summary>
    public abstract long Count { get; }
}

/// <summary>A scalar: the text as written, its kind by YAML's core schema, and where its source begins and ends.</summary>
internal sealed record ScalarNode(Position Position, string Text, Value Value, ScalarStyle Style, int Start, int End)
    : YamlNode(Position)
{
    public override int Depth => 0;

    public override long Count => 1;
}

internal sealed record ListNode(Position Position, IReadOnlyList<YamlNode> Elements) : YamlNode(Position)
{
    public override int Depth { get; } = 1 + Elements.Select(element => element.Depth).DefaultIfEmpty().Max();

    public override long Count { get; } = 1 + Elements.Sum(element => element.Count);
}

/// <summary>A mapping; its keys are distinct, because a repeated one is reported and left out.</summary>
internal sealed record MappingNode(Position Position, IReadOnlyList<YamlEntry> Entries) : YamlNode(Position)
{
    public override int Depth { get; } = 1 + Entries.Select(entry => entry.Content.Depth).DefaultIfEmpty().Max();

    public override long Count { get; } = 1 + Entries.Sum(entry => entry.Content.Count);
}

/// <summary>One key of a mapping with what it holds.</summary>
internal readonly record struct YamlEntry(string Key, Position Position, YamlNode Content);
