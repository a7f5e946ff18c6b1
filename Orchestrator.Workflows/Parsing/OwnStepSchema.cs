using System.Text.Json.Nodes;
using Orchestrator.Workflows.Parsing.Fields;

namespace Orchestrator.Workflows.Parsing;

/// <summary>
/// A host's step types in the JSON Schema of a step: their names among the types, their fields among the fields, and
/// for each type what its fields have to be.
/// </summary>
internal static class OwnStepSchema
{
    /// <summary>Adds the types to the schema of a step.</summary>
    public static void Add(JsonObject step, StepCatalog types)
    {
        if (types.Own.Count == 0)
        {
            return;
        }

        var properties = step["properties"]!.AsObject();
        var config = properties["config"]!["properties"]!.AsObject();
        var names = properties["type"]!["enum"]!.AsArray();
        var rules = new JsonArray();
        foreach (var type in types.Own)
        {
            names.Add(type.Name);
            rules.Add(Rule(type));
            foreach (var (spelling, field) in Spellings(type.Fields))
            {
                Offer(properties, spelling, field);
                Offer(config, spelling, field);
            }
        }

        step["allOf"] = rules;
    }

    /// <summary>A field that more than one type has may be what any of them wants; the rule of the type says which.</summary>
    private static void Offer(JsonObject properties, string spelling, OwnStepField field)
    {
        var described = Describe(field);
        properties[spelling] = properties.TryGetPropertyValue(spelling, out var known) && !JsonNode.DeepEquals(known, described)
            ? new JsonObject { ["anyOf"] = new JsonArray(known!.DeepClone(), described) }
            : described;
    }

    private static JsonObject Rule(OwnStepType type)
    {
        var required = new JsonArray();
        foreach (var field in type.Fields.Where(field => field.IsRequired))
        {
            var spellings = Spellings([field]).Select(one => one.Spelling).ToArray();
            JsonObject Any() => new() { ["anyOf"] = new JsonArray([.. spellings.Select(name => new JsonObject { ["required"] = new JsonArray(name) })]) };
            required.Add(new JsonObject
            {
                ["anyOf"] = new JsonArray(Any(), new JsonObject
                {
                    ["properties"] = new JsonObject { ["config"] = Any() },
                    ["required"] = new JsonArray("config"),
                }),
            });
        }

        var then = new JsonObject { ["properties"] = Properties(type.Fields) };
        then["properties"]!["config"] = new JsonObject { ["properties"] = Properties(type.Fields) };
        if (type.Description is { } description)
        {
            then["description"] = description;
        }

        if (required.Count > 0)
        {
            then["allOf"] = required;
        }

        return new JsonObject
        {
            ["if"] = new JsonObject
            {
                ["properties"] = new JsonObject { ["type"] = new JsonObject { ["const"] = type.Name } },
                ["required"] = new JsonArray("type"),
            },
            ["then"] = then,
        };
    }

    private static JsonObject Properties(IReadOnlyList<OwnStepField> fields) =>
        new(Spellings(fields).Select(one => KeyValuePair.Create<string, JsonNode?>(one.Spelling, Describe(one.Field))));

    private static IEnumerable<(string Spelling, OwnStepField Field)> Spellings(IReadOnlyList<OwnStepField> fields) => fields
        .SelectMany(field => new[] { field.Name, WorkflowSchema.CamelCase(field.Name) }.Distinct().Select(spelling => (spelling, field)));

    private static JsonObject Describe(OwnStepField field)
    {
        var described = Describe(field.Shape);
        if (field.Description is { } description)
        {
            described["description"] = description;
        }

        return described;
    }

    /// <summary>What a shape says, or a text with an expression in it.</summary>
    private static JsonObject Describe(Shape shape)
    {
        var described = shape switch
        {
            { Own: { } own } => Object(own),
            { Elements: { } elements } => new JsonObject { ["type"] = "array", ["items"] = Describe(elements) },
            { Members: { } members } => new JsonObject { ["type"] = "object", ["additionalProperties"] = Describe(members) },
            _ => WorkflowSchema.Describe(shape),
        };
        if (shape.Type is null || shape is { Type: "string", Words.Count: 0, IsNullable: false })
        {
            return described;
        }

        var choices = new JsonArray(described, new JsonObject { ["type"] = "string", ["pattern"] = @"\{\{" });
        if (shape.IsNullable)
        {
            choices.Add(new JsonObject { ["type"] = "null" });
        }

        return new JsonObject { ["anyOf"] = choices };
    }

    private static JsonObject Object(IReadOnlyList<OwnStepField> fields)
    {
        var described = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = Properties(fields),
            ["additionalProperties"] = false,
        };
        var required = fields.Where(field => field.IsRequired).Select(field => new JsonObject
        {
            ["anyOf"] = new JsonArray([.. Spellings([field]).Select(one => new JsonObject { ["required"] = new JsonArray(one.Spelling) })]),
        }).ToArray();
        if (required.Length > 0)
        {
            described["allOf"] = new JsonArray([.. required]);
        }

        return described;
    }
}
