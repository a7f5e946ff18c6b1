using System.Text.Json;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing;

internal sealed class WorkflowSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(WorkflowSchema.Generate()).RootElement;

    [TestCase("key")]
    [TestCase("id")]
    [TestCase("triggers")]
    [TestCase("trigger")]
    [TestCase("config")]
    public void Top_level_fields_are_there(string name) => Property(Schema, name).ValueKind.Should().Be(JsonValueKind.Object);

    [TestCase("depends_on")]
    [TestCase("dependsOn")]
    [TestCase("timeout_ms")]
    [TestCase("timeoutMs")]
    [TestCase("timeout")]
    [TestCase("call")]
    [TestCase("value")]
    public void Steps_have_every_spelling(string name) => Property(Step, name).ValueKind.Should().Be(JsonValueKind.Object);

    [Test]
    public void Config_of_a_step_has_all_but_what_must_stand_on_the_step()
    {
        var config = Property(Step, "config").GetProperty("properties").EnumerateObject().Select(field => field.Name);

        config.Should().Contain(["url", "retries", "retryDelay"]).And.NotContain(["id", "type", "next", "depends_on", "dependsOn"]);
    }

    [Test]
    public void Bounds_and_words_are_said()
    {
        Property(Property(Step, "retry"), "max_attempts").GetProperty("maximum").GetDouble().Should().Be(1000);
        Property(Step, "method").GetProperty("enum").EnumerateArray().Select(word => word.GetString()).Should().Contain("PATCH");
        Property(Schema, "key").GetProperty("pattern").GetString().Should().Be("^[a-z0-9][a-z0-9_-]{0,99}$");
    }

    [Test]
    public void What_is_not_yet_supported_is_not_offered() =>
        Schema.GetProperty("properties").EnumerateObject().Select(field => field.Name).Should().NotContain("secrets");

    private static JsonElement Step => Property(Schema, "steps").GetProperty("items");

    private static JsonElement Property(JsonElement schema, string name) => schema.GetProperty("properties").GetProperty(name);
}
