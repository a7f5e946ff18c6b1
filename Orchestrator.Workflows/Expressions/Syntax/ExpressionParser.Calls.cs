using System.Text;
using Orchestrator.Workflows.Expressions.Functions;
using Orchestrator.Workflows.Expressions.Functions.Dates;
using Orchestrator.Workflows.Expressions.Nodes;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Workflows.Expressions.Syntax;

/// <summary>Calls, arrow functions and template strings.</summary>
internal sealed partial class ExpressionParser
{
    private readonly List<(string Name, int Place)> _parameters = [];
    private int _places;

    /// <summary>A call of a method by its name, which must be one that some kind of value has.</summary>
    private MethodCallNode ParseMethodCall(Node target, Token name, bool optional)
    {
        if (!Methods.Names.Contains(name.Text))
        {
            _errors.Add(new ExpressionError(name.Start, $"unknown method `{name.Text}`", Unsupported.Instead(name.Text) ?? Nearest.Hint(name.Text, Methods.Names.Items)));
        }

        return new MethodCallNode(name.Start, target, name.Text, optional, ParseArguments());
    }

    /// <summary>A global function, called or named, or a global constant; null where the name is none.</summary>
    private Node? ParseGlobal(Token token)
    {
        if (token.Text == "Date" && _token.Is("("))
        {
            throw new SyntaxException(token.Start, "`Date` is made with `new`", "Write new Date(…); now() gives the current one.");
        }

        var name = token.Text;
        if (Globals.Namespaces.Contains(name) && Skip("."))
        {
            name += "." + (_token.Kind == TokenKind.Name ? Advance().Text : throw Unexpected("a function's name"));
        }

        if (Globals.Constants.TryGetValue(name, out var constant))
        {
            return new ConstantNode(token.Start, constant);
        }

        if (_names.Functions.TryGetValue(name, out var function) || Globals.Functions.TryGetValue(name, out function))
        {
            return _token.Is("(")
                ? new FunctionCallNode(token.Start, name, function, ParseArguments())
                : new NamedFunctionNode(token.Start, name, function);
        }

        if (name == token.Text && !_token.Is("(") && !Globals.Namespaces.Contains(name))
        {
            return null;
        }

        throw new SyntaxException(token.Start, $"unknown function `{name}`", Unsupported.Instead(name) ?? Nearest.Hint(name, [.. _names.Functions.Keys, .. Globals.Functions.Keys]));
    }

    /// <summary><c>new Date(…)</c>; there is nothing else to make.</summary>
    private FunctionCallNode ParseNew()
    {
        var start = Advance();
        if (_token.Kind != TokenKind.Name || _token.Text != "Date")
        {
            throw new SyntaxException(start.Start, "`new` makes only dates here", "Write new Date(…); arrays and objects are written [ … ] and { … }.");
        }

        Advance();
        return new FunctionCallNode(start.Start, "new Date", DateFunctions.Construct, _token.Is("(") ? ParseArguments() : []);
    }

    private Node[] ParseArguments()
    {
        Expect("(");
        var arguments = new List<Node>();
        while (!_token.Is(")"))
        {
            arguments.Add(ParseArrow() ?? ParseElement());
            if (!_token.Is(")"))
            {
                Expect(",");
            }
        }

        Expect(")");
        return [.. arguments];
    }

    /// <summary>An arrow function where one begins, else null.</summary>
    private ArrowNode? ParseArrow()
    {
        var start = _token;
        if (ParameterNames() is not { } names)
        {
            return null;
        }

        if (_token.Is("{"))
        {
            throw new SyntaxException(_token.Start, "an arrow function's body is one expression", "To give an object, put it into parentheses: x => ({ … }).");
        }

        var places = new int[names.Count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = _places++;
            _parameters.Add((names[i], places[i]));
        }

        var body = ParseExpression(0);
        _parameters.RemoveRange(_parameters.Count - places.Length, places.Length);
        return new ArrowNode(start.Start, places, body);
    }

    /// <summary>Reads <c>x =></c> or <c>(a, b) =></c>; null, and nothing read, where something else stands.</summary>
    private List<string>? ParameterNames()
    {
        var names = new List<string>();
        var token = _token;
        if (token.Kind == TokenKind.Name)
        {
            names.Add(token.Text);
            token = _lexer.Read(token.End);
        }
        else if (token.Is("("))
        {
            for (token = _lexer.Read(token.End); token.Kind == TokenKind.Name; token = _lexer.Read(token.End))
            {
                names.Add(token.Text);
                token = _lexer.Read(token.End);
                if (!token.Is(","))
                {
                    break;
                }
            }

            if (!token.Is(")"))
            {
                return null;
            }

            token = _lexer.Read(token.End);
        }

        if (!token.Is("=>"))
        {
            return null;
        }

        _token = _lexer.Read(token.End);
        return names;
    }

    private TextNode ParseTemplateString()
    {
        var start = _token.Start;
        var parts = new List<Node>();
        var text = new StringBuilder();
        var position = start + 1;
        while (position < _text.Length && _text[position] != '`')
        {
            if (_text[position] == '$' && position + 1 < _text.Length && _text[position + 1] == '{')
            {
                parts.Add(new ConstantNode(start, Value.Of(text.ToString())));
                text.Clear();
                _token = _lexer.Read(position + 2);
                parts.Add(ParseExpression(0));
                position = _token.Is("}") ? _token.End : throw Unexpected("`}`");
            }
            else if (_text[position] == '\\')
            {
                position = Escapes.Read(_text, position, text) + 1;
            }
            else
            {
                text.Append(_text[position++]);
            }
        }

        if (position >= _text.Length)
        {
            throw new SyntaxException(start, "the template string is not closed", "Close it with `.");
        }

        parts.Add(new ConstantNode(start, Value.Of(text.ToString())));
        _token = _lexer.Read(position + 1);
        return new TextNode(start, [.. parts]);
    }
}
