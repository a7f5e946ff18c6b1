using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Orchestrator.Web.Api.Describing;

/// <summary>A member of a body or a parameter of an address, as the code that reads it asks for it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schema">What may stand there.</param>
/// <param name="IsRequired">It may not be missing.</param>
internal sealed record Field(string Name, OpenApiSchema Schema, bool IsRequired)
{
    /// <summary>What stands there in the request's example; null: it is left out of it.</summary>
    public JsonNode? Example { get; init; }

    public static Field Text(string name, int maxLength, bool isRequired, string about, string? example) =>
        new(name, new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = maxLength, Description = Or(about) }, isRequired)
        {
            Example = example,
        };

    public static Field Word(string name, IEnumerable<string> words, bool isRequired, string about, string? example) =>
        new(name, new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. words.Select(word => (JsonNode)word)], Description = Or(about) }, isRequired)
        {
            Example = example,
        };

    public static Field Integer(string name, int min, int max, string about, int? example = null) =>
        new(name, new OpenApiSchema
        {
            Type = JsonSchemaType.Integer,
            Format = "int32",
            Minimum = min.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Maximum = max.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Description = Or(about),
        }, false)
        {
            Example = example,
        };

    /// <summary>An id that the database has counted.</summary>
    public static Field Number(string name, string about) =>
        new(name, new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64", Minimum = "1", Description = Or(about) }, false);

    public static Field Fraction(string name, double min, double max, string about, double? example, bool isRequired = false) =>
        new(name, new OpenApiSchema
        {
            Type = JsonSchemaType.Number,
            Format = "double",
            Minimum = ((decimal)min).ToString(System.Globalization.CultureInfo.InvariantCulture),
            Maximum = ((decimal)max).ToString(System.Globalization.CultureInfo.InvariantCulture),
            Description = Or(about),
        }, isRequired)
        {
            Example = example,
        };

    public static Field Texts(string name, int maxCount, int maxLength, string about, IReadOnlyList<string> example) =>
        new(name, new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            MaxItems = maxCount,
            Items = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = maxLength },
            Description = Or(about),
        }, false)
        {
            Example = new JsonArray([.. example.Select(text => (JsonNode)text)]),
        };

    /// <summary>A list of objects with these fields.</summary>
    public static Field List(string name, int maxCount, IReadOnlyList<Field> fields, string about) =>
        new(name, new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            MinItems = 1,
            MaxItems = maxCount,
            Items = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Properties = fields.ToDictionary(field => field.Name, field => (IOpenApiSchema)field.Schema),
                Required = fields.Where(field => field.IsRequired).Select(field => field.Name).ToHashSet(),
                AdditionalPropertiesAllowed = false,
            },
            Description = Or(about),
        }, false);

    public static Field Truth(string name, string about, bool isRequired = false) =>
        new(name, new OpenApiSchema { Type = JsonSchemaType.Boolean, Description = Or(about) }, isRequired) { Example = isRequired ? true : null };

    public static Field Object(string name, string about, string? example) =>
        new(name, new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalPropertiesAllowed = true, Description = Or(about) }, false)
        {
            Example = example is null ? null : JsonNode.Parse(example),
        };

    public static Field Anything(string name, string about, string? example) =>
        new(name, new OpenApiSchema { Description = Or(about) }, false) { Example = example is null ? null : JsonNode.Parse(example) };

    public static Field Time(string name, string about) =>
        new(name, new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time", Description = Or(about) }, false);

    public static Field Id(string name, string about) =>
        new(name, new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid", Description = Or(about) }, false);

    public static Field Priority(string name) => new(name, new OpenApiSchema
    {
        Description = "1 (urgent) to 4 (low), or the word.",
        AnyOf =
        [
            new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = "4" },
            new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["urgent", "high", "medium", "low"] },
        ],
    }, false);

    private static string? Or(string about) => about.Length > 0 ? about : null;
}
