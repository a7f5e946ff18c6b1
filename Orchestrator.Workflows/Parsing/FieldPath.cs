using System.Text;

namespace Orchestrator.Workflows.Parsing;

/// <summary>The way to a field, such as <c>steps[2].depends_on[0]</c>; written out only for a diagnostic.</summary>
internal sealed class FieldPath
{
    private readonly FieldPath? _parent;
    private readonly string? _name;
    private readonly int _index;

    private FieldPath(FieldPath? parent, string? name, int index)
    {
        _parent = parent;
        _name = name;
        _index = index;
    }

    /// <summary>The whole file.</summary>
    public static FieldPath Root { get; } = new(null, null, 0);

    public FieldPath Member(string name) => new(this, name, 0);

    public FieldPath At(int index) => new(this, null, index);

    public override string ToString()
    {
        var path = new StringBuilder();
        Write(path);
        return path.ToString();
    }

    private void Write(StringBuilder path)
    {
        if (_parent is null)
        {
            return;
        }

        _parent.Write(path);
        if (_name is null)
        {
            path.Append('[').Append(_index).Append(']');
        }
        else if (_name.Length > 0 && _name.All(c => char.IsLetterOrDigit(c) || c is '_' or '-'))
        {
            path.Append(path.Length == 0 ? "" : ".").Append(_name);
        }
        else
        {
            path.Append("[\"").Append(_name).Append("\"]");
        }
    }
}
