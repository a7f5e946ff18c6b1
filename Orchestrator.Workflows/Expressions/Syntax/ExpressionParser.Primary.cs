using Orchestrator.Workflows.Expressions.Nodes;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Workflows.Expressions.Syntax;

/// <summary>Operands: literals, names, brackets, and what is read from them.</summary>
internal sealed partial class ExpressionParser
{
    private Node ParsePrimary()
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Number:
                Advance();
                return new ConstantNode(token.Start, Value.Of(token.Number));
            case TokenKind.String:
                Advance();
                return new ConstantNode(token.Start, Value.Of(token.Text));
            case TokenKind.Name:
                return ParseName();
            case TokenKind.Punctuator when token.Text == "(":
                return ParseParentheses();
            case TokenKind.Punctuator when token.Text == "[":
                return ParseArray();
            case TokenKind.Punctuator when token.Text == "{":
                return ParseObject();
            case TokenKind.Punctuator when token.Text == "`":
                return Bounded(ParseTemplateString());
            default:
                throw token.Is("/")
                    ? new SyntaxException(token.Start, "regular expressions are not part of the expression language")
                    : Unexpected("a value");
        }
    }

    private Node ParseName()
    {
        if (_token.Kind == TokenKind.Name && _token.Text == "new")
        {
            return Bounded(ParseNew());
        }

        if (Unsupported.IsKeyword(_token.Text))
        {
            throw Unexpected("a value");
        }

        var token = Advance();
        return token.Text switch
        {
            "true" => new ConstantNode(token.Start, Value.True),
            "false" => new ConstantNode(token.Start, Value.False),
            "null" => new ConstantNode(token.Start, Value.Null),
            "undefined" => new ConstantNode(token.Start, Value.Undefined),
            "NaN" => new ConstantNode(token.Start, Value.Of(double.NaN)),
            "Infinity" => new ConstantNode(token.Start, Value.Of(double.PositiveInfinity)),
            _ => Root(token),
        };
    }

    private Node Root(Token token)
    {
        var parameter = _parameters.FindLastIndex(known => known.Name == token.Text);
        if (parameter >= 0)
        {
            return new LocalNode(token.Start, _parameters[parameter].Place);
        }

        if (token.Text == RootNames.Params && _names.Parameters is { } given)
        {
            return ParseParameter(token, given);
        }

        if (ParseGlobal(token) is { } global)
        {
            return Bounded(global);
        }

        var name = token.Text == RootNames.Payload ? RootNames.Inputs : token.Text;
        if (_names.Roots.Contains(name))
        {
            _references.Root(name);
        }
        else if (RootNames.Planned.Contains(name))
        {
            _errors.Add(new ExpressionError(token.Start, $"`{name}` is not yet supported"));
        }
        else
        {
            _errors.Add(new ExpressionError(token.Start, $"unknown name `{name}`", Nearest.Hint(name, [.. _names.Roots.Order(StringComparer.Ordinal)])));
        }

        return new RootNode(token.Start, name);
    }

    /// <summary><c>params.name</c> or <c>params["name"]</c>: which one is known now, so that the steps it reads are.</summary>
    private Node ParseParameter(Token token, IReadOnlyDictionary<string, Template> given)
    {
        var isIndex = _token.Is("[");
        if (!isIndex && !_token.Is("."))
        {
            throw new SyntaxException(token.Start, "a parameter is read by its name: params.name");
        }

        Advance();
        var name = _token.Kind == (isIndex ? TokenKind.String : TokenKind.Name) ? Advance() : throw Unexpected("a parameter's name");
        if (isIndex)
        {
            Expect("]");
        }

        if (!given.TryGetValue(name.Text, out var argument))
        {
            _errors.Add(new ExpressionError(name.Start, $"the template has no parameter `{name.Text}`", Nearest.Hint(name.Text, [.. given.Keys])));
            return new ConstantNode(token.Start, Value.Undefined);
        }

        _references.Parameter(name.Text, argument.References);
        return argument.IsConstant ? new ConstantNode(token.Start, argument.Constant) : new ParameterNode(token.Start, argument);
    }

    private Node ParseParentheses()
    {
        Expect("(");
        var inner = ParseExpression(0);
        Expect(")");
        return _parenthesised = inner;
    }

    private Node ParseArray()
    {
        var open = Expect("[");
        var elements = new List<Node>();
        while (!_token.Is("]"))
        {
            elements.Add(ParseElement());
            if (!_token.Is("]"))
            {
                Expect(",");
            }
        }

        Expect("]");
        return Bounded(new ArrayNode(open.Start, [.. elements]));
    }

    private Node ParseElement()
    {
        var start = _token.Start;
        return Skip("...") ? new SpreadNode(start, ParseExpression(0)) : ParseExpression(0);
    }

    private Node ParseObject()
    {
        var open = Expect("{");
        var members = new List<MemberSyntax>();
        while (!_token.Is("}"))
        {
            members.Add(ParseMember());
            if (!_token.Is("}"))
            {
                Expect(",");
            }
        }

        Expect("}");
        return Bounded(new ObjectNode(open.Start, [.. members]));
    }

    private MemberSyntax ParseMember()
    {
        if (_token.Is("..."))
        {
            return new MemberSyntax(null, ParseElement());
        }

        if (Skip("["))
        {
            var computed = ParseExpression(0);
            Expect("]");
            Expect(":");
            return new MemberSyntax(computed, ParseExpression(0));
        }

        if (_token.Kind is not (TokenKind.Name or TokenKind.String or TokenKind.Number))
        {
            throw Unexpected("a member's name");
        }

        var name = _token;
        var shorthand = name.Kind == TokenKind.Name && _lexer.Read(name.End) is { Kind: TokenKind.Punctuator, Text: "," or "}" };
        var key = new ConstantNode(name.Start, Value.Of(name.Kind == TokenKind.Number ? ValueText.Of(name.Number) : name.Text));
        if (shorthand)
        {
            return new MemberSyntax(key, ParsePostfix(ParseName()));
        }

        Advance();
        Expect(":");
        return new MemberSyntax(key, ParseExpression(0));
    }
}
