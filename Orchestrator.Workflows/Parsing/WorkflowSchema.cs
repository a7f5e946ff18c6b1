using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Reading;

namespace Orchestrator.Workflows.Parsing;

/// <summary>
/// The format as JSON Schema, for editors: made from the tables that read the files, so that the two can't differ.
/// What only the whole file shows (ids, cycles, expressions) is the parser's alone.
/// </summary>
public static class WorkflowSchema
{
    private static readonly string[] OnTheStepOnly = ["id", "type", "depends_on", "next"];

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The schema as indented JSON, the same text each time.</summary>
    /// <param name="types">The step types that files may use; null: the built-in ones.</param>
    public static string Generate(StepCatalog? types = null)
    {
        var schema = Object(WorkflowReader.Fields);
        OwnStepSchema.Add(schema["properties"]!["steps"]!["items"]!.AsObject(), types ?? StepCatalog.BuiltIn);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "Workflow");
        schema["allOf"] = new JsonArray(Required("key", "id"), Required("steps", "agents"));
        schema["$defs"] = new JsonObject { ["template"] = Template() };
        return schema.ToJsonString(Options) + "\n";
    }

    /// <summary>Of a file in the folder <c>templates</c>, which an editor is told as <c>workflow.schema.json#/$defs/template</c>.</summary>
    private static JsonObject Template()
    {
        var template = Object(Templates.StepTemplate.Fields);
        template["required"] = new JsonArray("template", "steps");
        return template;
    }

    private static JsonObject Object(IFieldTable table)
    {
        var properties = Properties(table);
        if (ReferenceEquals(table, StepReader.Fields))
        {
            var config = Properties(table);
            foreach (var name in OnTheStepOnly.Concat(OnTheStepOnly.Select(CamelCase)).Distinct())
            {
                config.Remove(name);
            }

            properties["config"] = new JsonObject { ["type"] = "object", ["properties"] = config, ["additionalProperties"] = false };
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
    }

    private static JsonObject Properties(IFieldTable table)
    {
        var properties = new JsonObject();
        foreach (var (spelling, shape) in table.Supported)
        {
            properties[spelling] = Describe(shape);
            properties[CamelCase(spelling)] = Describe(shape);
        }

        return properties;
    }

    internal static JsonObject Describe(Shape shape)
    {
        if (shape.Reference is { } reference)
        {
            return new JsonObject { ["$ref"] = reference };
        }

        if (shape.Fields is { } fields)
        {
            return Object(fields());
        }

        var described = new JsonObject();
        if (shape.Type is { } type)
        {
            described["type"] = type;
        }

        AddBounds(described, shape);
        if (shape.Choices.Count > 0)
        {
            described["anyOf"] = new JsonArray([.. shape.Choices.Select(Describe)]);
        }

        if (shape.Members is { } members)
        {
            described["additionalProperties"] = Describe(members);
        }

        if (shape.Elements is { } elements)
        {
            described["items"] = Describe(elements);
        }

        return shape.OrSingle ? new JsonObject { ["anyOf"] = new JsonArray(Describe(shape.Elements!), described) } : described;
    }

    private static void AddBounds(JsonObject described, Shape shape)
    {
        if (shape.Minimum is > double.MinValue and var minimum)
        {
            described["minimum"] = minimum;
        }

        if (shape.Maximum is < double.MaxValue and var maximum)
        {
            described["maximum"] = maximum;
        }

        if (shape.Words.Count > 0)
        {
            described["enum"] = new JsonArray([.. shape.Words.Select(word => JsonValue.Create(word))]);
        }

        if (shape.Pattern is { } pattern)
        {
            described["pattern"] = pattern;
        }
    }

    private static JsonObject Required(params string[] names) =>
        new() { ["anyOf"] = new JsonArray([.. names.Select(name => new JsonObject { ["required"] = new JsonArray(name) })]) };

    internal static string CamelCase(string snake)
    {
        var camel = new StringBuilder(snake.Length);
        foreach (var part in snake.Split('_'))
        {
            camel.Append(camel.Length == 0 ? part : char.ToUpperInvariant(part[0]) + part[1..]);
        }

        return camel.ToString();
    }
}
