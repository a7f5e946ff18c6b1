using Orchestrator.Workflows.Expressions.Nodes;

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

        NoteAccess(target, name.Text, name.Start);
        return new MemberNode(name.Start, target, name.Text, optional);
    }

    private IndexNode ParseIndex(Node target, bool optional)
    {
        var open = Expect("[");
        var index = ParseExpression(0);
        Expect("]");
        var name = index is ConstantNode { Value.Kind: ValueKind.String } constant ? constant.Value.AsString() : null;
        NoteAccess(target, name, index.Offset);
        return new IndexNode(open.Start, target, index, optional);
    }

    private void NoteAccess(Node target, string? name, int offset)
    {
        if (target is RootNode root)
        {
            _references.Access(root, name, offset);
        }
    }
}
