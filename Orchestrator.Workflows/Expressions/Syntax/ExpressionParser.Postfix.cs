using Orchestrator.Workflows.Expressions.Nodes;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Workflows.Expressions.Syntax;

/// <summary>What follows an operand: <c>.a</c>, <c>[b]</c>, <c>?.c</c>.</summary>
internal sealed partial class ExpressionParser
{
    private Node ParsePostfix(Node operand)
    {
        var node = operand;
        var hasOptional = false;
        while (true)
        {
            var optional = _token.Is("?.");
            hasOptional |= optional;
            var next = ParseAccess(node, optional);
            if (next is null)
            {
                break;
            }

            node = Bounded(next);
        }

        if (node == operand && operand is RootNode root)
        {
            _references.Access(root, null, root.Offset);
        }

        return hasOptional ? new ChainNode(node) : node;
    }

    /// <summary>One access of <paramref name="target"/>; null where none follows.</summary>
    private Node? ParseAccess(Node target, bool optional)
    {
        if (_token.Is("("))
        {
            throw Unexpected("an operator");
        }

        var isMember = _token.Is(".");
        if (!optional && !isMember && !_token.Is("["))
        {
            return null;
        }

        if (optional || isMember)
        {
            Advance();
        }

        return _token.Is("[") ? ParseIndex(target, optional) : ParseMemberName(target, optional);
    }

    private Node ParseMemberName(Node target, bool optional)
    {
        var name = _token.Kind == TokenKind.Name ? Advance() : throw Unexpected("a property's name");
        if (_token.Is("("))
        {
            NoteAccess(target, null, name.Start);
            return ParseMethodCall(target, name, optional);
        }

        var member = StepName(target, name.Text, name.Start);
        NoteAccess(target, member, name.Start);
        return new MemberNode(name.Start, target, member, optional);
    }

    private IndexNode ParseIndex(Node target, bool optional)
    {
        var open = Expect("[");
        var index = ParseExpression(0);
        Expect("]");
        var name = index is ConstantNode { Value.Kind: ValueKind.String } constant ? StepName(target, constant.Value.AsString(), index.Offset) : null;
        index = name is null ? index : new ConstantNode(index.Offset, Value.Of(name));
        NoteAccess(target, name, index.Offset);
        return new IndexNode(open.Start, target, index, optional);
    }

    /// <summary>Of a step in a template: its id in the workflow.</summary>
    private string StepName(Node target, string name, int offset)
    {
        if (_names.StepIds is not { } ids || target is not RootNode { Name: RootNames.Results or RootNames.Steps })
        {
            return name;
        }

        if (ids.TryGetValue(name, out var id))
        {
            return id;
        }

        _errors.Add(new ExpressionError(offset, $"the template has no step `{name}`", Nearest.Hint(name, [.. ids.Keys])));
        return name;
    }

    private void NoteAccess(Node target, string? name, int offset)
    {
        if (target is RootNode root)
        {
            _references.Access(root, name, offset);
        }
    }
}
