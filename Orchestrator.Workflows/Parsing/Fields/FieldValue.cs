using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Fields;

/// <summary>What a file gives for one field, where it stands, and the report that errors about it go to.</summary>
internal readonly record struct FieldValue(YamlNode Node, FieldPath Path, Report Report)
{
    public Position Position => Node.Position;

    public void Error(string message, string hint = "") => Report.Error(Node.Position, Path, message, hint);

    /// <summary>Reports that something else was expected.</summary>
    public void Expected(string what, string hint = "") => Error($"expected {what}, found {Describe(Node)}", hint);

    public FieldValue Element(int index) => this with { Node = ((ListNode)Node).Elements[index], Path = Path.At(index) };

    public FieldValue Member(YamlEntry entry) => this with { Node = entry.Content, Path = Path.Member(entry.Key) };

    /// <summary>The elements of a list, or the one thing that stands in its place.</summary>
    public IReadOnlyList<FieldValue> OneOrMore()
    {
        var self = this;
        return Node is ListNode list ? [.. list.Elements.Select((_, index) => self.Element(index))] : [self];
    }

    private static string Describe(YamlNode node) => node switch
    {
        ListNode => "a list",
        MappingNode => "a mapping",
        ScalarNode { Value.Kind: ValueKind.String } text => $"the text `{Shorten(text.Text)}`",
        ScalarNode { Value.Kind: ValueKind.Number } number => $"the number {Shorten(number.Text)}",
        ScalarNode { Value.Kind: ValueKind.Boolean } truth => truth.Text,
        _ => "nothing",
    };

    private static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), "…");
}
