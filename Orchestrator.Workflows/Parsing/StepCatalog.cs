using System.Text.RegularExpressions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Reading;

namespace Orchestrator.Workflows.Parsing;

/// <summary>The step types that files may use: the built-in ones and those that a host brings along in C#.</summary>
public sealed partial class StepCatalog
{
    private readonly Dictionary<string, OwnStepType> _own = new(StringComparer.Ordinal);

    /// <param name="own">The host's own types.</param>
    /// <param name="recovery">What the host sets for steps that fail; null: nothing.</param>
    /// <exception cref="ArgumentException">One can't be called so; the message says why.</exception>
    public StepCatalog(IEnumerable<OwnStepType> own, RecoveryDefaults? recovery = null)
    {
        Recovery = recovery ?? RecoveryDefaults.None;
        foreach (var type in own)
        {
            if (!TypeName().IsMatch(type.Name))
            {
                throw new ArgumentException($"`{type.Name}` is no name of a step type: up to 50 of a-z, 0-9, _ and -, beginning with a letter.");
            }

            if (StepForms.Find(type.Name) is not null)
            {
                throw new ArgumentException($"`{type.Name}` is a step type of the orchestrator: give yours another name.");
            }

            type.CheckFields();
            if (!_own.TryAdd(type.Name, type))
            {
                throw new ArgumentException($"The step type `{type.Name}` is there twice.");
            }
        }
    }

    /// <summary>Without types of a host.</summary>
    public static StepCatalog BuiltIn { get; } = new([]);

    /// <summary>The host's types, in the order in which they were given.</summary>
    public IReadOnlyCollection<OwnStepType> Own => _own.Values;

    /// <summary>What the host sets for steps that fail.</summary>
    public RecoveryDefaults Recovery { get; }

    /// <summary>What a file may write as <c>type</c>.</summary>
    internal IEnumerable<string> Names => [.. StepForms.Names, .. _own.Keys];

    internal OwnStepType? Find(string? name) => name is null ? null : _own.GetValueOrDefault(name);

    [GeneratedRegex(@"\A[a-z][a-z0-9_-]{0,49}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TypeName();
}

/// <summary>A step type of a host.</summary>
/// <param name="Name">What files write as <c>type</c>.</param>
/// <param name="Fields">What a step of it has besides what every step has; on the step or under its <c>config</c>.</param>
public sealed record OwnStepType(string Name, IReadOnlyList<OwnStepField> Fields)
{
    private FieldTable<StepDraft>? _table;

    /// <summary>For the JSON Schema.</summary>
    public string? Description { get; init; }

    /// <summary>All fields that such a step may have.</summary>
    internal FieldTable<StepDraft> Table => _table ??= new FieldTable<StepDraft>(
        [.. StepReader.Common, .. Fields.Select(own => own.ToField())]);

    internal void CheckFields()
    {
        foreach (var field in Fields)
        {
            if (field.Name == "config" || StepReader.CommonTable.Find(field.Name) is not null)
            {
                throw new ArgumentException(
                    $"The step type `{Name}` has a field `{field.Name}`, which every step has with another meaning: name it otherwise.");
            }
        }

        if (Fields.GroupBy(field => field.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"The step type `{Name}` has the field `{twice.Key}` twice.");
        }
    }
}

/// <summary>One field of a host's step type, or of an object within one.</summary>
/// <param name="Name">In files; in snake_case it may be written in camelCase too.</param>
/// <param name="Shape">What may stand there. Anywhere in it may stand a text with <c>{{ }}</c>, whose value must fit when the step runs.</param>
public sealed record OwnStepField(string Name, Shape Shape)
{
    public bool IsRequired { get; init; }

    /// <summary>For the JSON Schema.</summary>
    public string? Description { get; init; }

    /// <summary>What else is wrong with a value of the right shape; null: nothing. Pure.</summary>
    public Func<Value, string?>? Check { get; init; }

    /// <summary>What is wrong with a value; null: nothing.</summary>
    public string? Problem(Value value) => Shape.Problem(value, Name) ?? (Check?.Invoke(value) is { } problem ? $"`{Name}`: {problem}" : null);

    internal Field<StepDraft> ToField() => new(Name, Shape, Read) { IsExact = true };

    private void Read(StepDraft step, FieldValue value)
    {
        var before = value.Report.Errors;
        var template = (value with { Node = value.Shaped(Shape) }).Template(step.Mentions);
        if (template is null || value.Report.Errors > before)
        {
            return;
        }

        if (template.IsConstant && Check?.Invoke(template.Constant) is { } problem)
        {
            value.Error(problem);
        }

        step.Own.Add(KeyValuePair.Create(Name, template));
    }
}
