using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.Parsing.Fields;

namespace Orchestrator.Jobs.Steps;

/// <summary>The fields that a config type of C# gives a step in a file: made from its JSON contract, so that what the parser accepts can be read.</summary>
internal static class ConfigFields
{
    private const int MaxDepth = 8;
    private const double MaxExact = 9_007_199_254_740_991;

    private static readonly Type[] Texts =
        [typeof(string), typeof(char), typeof(Guid), typeof(Uri), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(byte[])];

    private static readonly Dictionary<Type, (double Minimum, double Maximum)> Integers = new()
    {
        [typeof(byte)] = (byte.MinValue, byte.MaxValue),
        [typeof(short)] = (short.MinValue, short.MaxValue),
        [typeof(ushort)] = (ushort.MinValue, ushort.MaxValue),
        [typeof(int)] = (int.MinValue, int.MaxValue),
        [typeof(uint)] = (uint.MinValue, uint.MaxValue),
        [typeof(long)] = (-MaxExact, MaxExact),
        [typeof(ulong)] = (0, MaxExact),
    };

    /// <exception cref="ArgumentException">It is no object with properties.</exception>
    public static IReadOnlyList<OwnStepField> Of(Type config)
    {
        var contract = LibraryJson.Options.GetTypeInfo(config);
        return contract.Kind == JsonTypeInfoKind.Object
            ? Of(contract, 0)
            : throw new ArgumentException($"{config} can't be a step's config: it has to be a class or record whose properties become the fields.");
    }

    /// <summary>What a field's type says of itself in the schema.</summary>
    public static string? Description(Type type) =>
        (Attribute.GetCustomAttribute(type, typeof(DescriptionAttribute)) as DescriptionAttribute)?.Description;

    private static List<OwnStepField> Of(JsonTypeInfo contract, int depth) =>
        [.. contract.Properties.Where(property => property.Set is not null || property.AssociatedParameter is not null)
            .Select(property => Of(property, depth))];

    private static OwnStepField Of(JsonPropertyInfo property, int depth)
    {
        object[] attributes =
        [
            .. property.AttributeProvider?.GetCustomAttributes(true) ?? [],
            .. property.AssociatedParameter?.AttributeProvider?.GetCustomAttributes(true) ?? [],
        ];
        var parameter = property.AssociatedParameter;
        var isNullable = Nullable.GetUnderlyingType(property.PropertyType) is not null
            || (!property.PropertyType.IsValueType && (parameter?.IsNullable ?? property.IsSetNullable));
        var validations = attributes.OfType<ValidationAttribute>().ToArray();
        return new OwnStepField(
            property.Name,
            ShapeOf(property.PropertyType, validations.OfType<RangeAttribute>().FirstOrDefault(), depth) with { IsNullable = isNullable })
        {
            IsRequired = property.IsRequired || (parameter is { HasDefaultValue: false } && !isNullable),
            Description = attributes.OfType<DescriptionAttribute>().FirstOrDefault()?.Description,
            Check = value => Problem(value, property, validations),
        };
    }

    private static Shape ShapeOf(Type type, RangeAttribute? range, int depth)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (Texts.Contains(type))
        {
            return Shape.Text;
        }

        if (Integers.TryGetValue(type, out var bounds))
        {
            return Shape.Whole(Math.Max(bounds.Minimum, Bound(range?.Minimum) ?? bounds.Minimum), Math.Min(bounds.Maximum, Bound(range?.Maximum) ?? bounds.Maximum));
        }

        if (type == typeof(double) || type == typeof(float) || type == typeof(decimal))
        {
            return Shape.Number(Bound(range?.Minimum) ?? double.MinValue, Bound(range?.Maximum) ?? double.MaxValue);
        }

        if (type.IsEnum)
        {
            return Shape.OneOf(Enum.GetValues(type).Cast<object>().Select(word => JsonSerializer.SerializeToElement(word, type, LibraryJson.Options).GetString()!));
        }

        return type == typeof(bool) ? Shape.Truth
            : type == typeof(JsonObject) ? Shape.Mapping
            : type == typeof(JsonArray) ? Shape.ListOf(Shape.Any)
            : typeof(JsonNode).IsAssignableFrom(type) ? Shape.Any
            : Composite(LibraryJson.Options.GetTypeInfo(type), depth + 1);
    }

    private static Shape Composite(JsonTypeInfo contract, int depth) => contract.Kind switch
    {
        _ when depth > MaxDepth => Shape.Any,
        JsonTypeInfoKind.Object when contract.Type != typeof(object) => Shape.ObjectOf(Of(contract, depth)),
        JsonTypeInfoKind.Dictionary => Shape.MappingOf(ShapeOf(contract.ElementType!, null, depth)),
        JsonTypeInfoKind.Enumerable => Shape.ListOf(ShapeOf(contract.ElementType!, null, depth)),
        _ => Shape.Any,
    };

    private static double? Bound(object? value) =>
        value is IConvertible and not string ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : null;

    /// <summary>What the type or its attributes have against a value of the right shape.</summary>
    private static string? Problem(Value value, JsonPropertyInfo property, ValidationAttribute[] validations)
    {
        object? read;
        try
        {
            read = JsonSerializer.Deserialize(value.ToJson(), property.PropertyType, LibraryJson.Options);
        }
        catch (JsonException)
        {
            return $"this can't be read as {(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType).Name}";
        }

        var context = new ValidationContext(new object()) { MemberName = property.Name, DisplayName = property.Name };
        return Array.ConvertAll(validations, one => one.GetValidationResult(read, context)?.ErrorMessage?.TrimEnd('.'))
            .FirstOrDefault(message => message is not null);
    }
}
