using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Jobs.Steps;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;
using DescriptionAttribute = System.ComponentModel.DescriptionAttribute;
using RangeAttribute = System.ComponentModel.DataAnnotations.RangeAttribute;

namespace Orchestrator.Tests.Jobs.Steps;

/// <summary>What a config type of C# becomes in a file.</summary>
internal sealed class ConfigFieldsTests
{
    private static readonly IReadOnlyList<OwnStepField> Fields = ConfigFields.Of(typeof(Everything));

    [TestCase("order_id", true)]
    [TestCase("count", true)]
    [TestCase("nickname", false)]
    [TestCase("retries", false)]
    [TestCase("big", true)]
    [TestCase("currency", false)]
    [TestCase("link", false)]
    [TestCase("raw", false)]
    [TestCase("X-Other", false)]
    public void A_field_is_required_where_the_type_cannot_do_without(string name, bool isRequired) =>
        Field(name).IsRequired.Should().Be(isRequired);

    [TestCase("order_id", "\"x\"", null)]
    [TestCase("order_id", "7", "has to be text")]
    [TestCase("order_id", "null", "has to be text")]
    [TestCase("count", "11", "a whole number from 1 to 10")]
    [TestCase("count", "1.5", "a whole number from 1 to 10")]
    [TestCase("nickname", "null", null)]
    [TestCase("big", "9007199254740991", null)]
    [TestCase("big", "1e300", "a whole number")]
    [TestCase("price", "0.1", null)]
    [TestCase("urgent", "\"true\"", "true or false")]
    [TestCase("currency", "\"us_dollar\"", null)]
    [TestCase("currency", "\"UsDollar\"", "one of euro, us_dollar")]
    [TestCase("tags", "[\"a\", 1]", "`tags[1]` has to be text")]
    [TestCase("scores", "{\"a\": 1, \"b\": \"x\"}", "`scores.b` has to be a whole number")]
    [TestCase("address", "{\"street\": \"x\"}", null)]
    [TestCase("address", "{}", "`address.street` has to be text, but is nothing")]
    [TestCase("raw", "[1, {\"a\": null}]", null)]
    [TestCase("link", "\"not a guid\"", "can't be read as Guid")]
    [TestCase("mail", "\"nobody\"", "not a valid e-mail address")]
    public void A_value_is_held_against_the_type_and_its_attributes(string name, string json, string? problem)
    {
        var found = Field(name).Problem(Value.Parse(json));

        if (problem is null)
        {
            found.Should().BeNull();
        }
        else
        {
            found.Should().Contain(problem);
        }
    }

    [Test]
    public void Names_are_snake_case_or_what_the_attribute_says_and_what_cannot_be_set_is_no_field() =>
        Fields.Select(field => field.Name).Should().Contain(["order_id", "X-Other"]).And.NotContain(["computed", "secret"]);

    [Test]
    public void Descriptions_are_kept() => Field("count").Description.Should().Be("How many.");

    [Test]
    public void A_type_that_holds_itself_ends_somewhere() => ConfigFields.Of(typeof(Loop)).Should().ContainSingle();

    [Test]
    public void A_list_is_no_config()
    {
        var create = () => ConfigFields.Of(typeof(List<string>));

        create.Should().Throw<ArgumentException>().WithMessage("*can't be a step's config*");
    }

    private static OwnStepField Field(string name) => Fields.Single(field => field.Name == name);

    private sealed record Everything(
        string OrderId, [Range(1, 10), Description("How many.")] int Count, string? Nickname, int Retries = 3)
    {
        public required long Big { get; init; }

        public decimal Price { get; init; }

        public bool Urgent { get; init; }

        public Currency Currency { get; init; } = Currency.Euro;

        public IReadOnlyList<string> Tags { get; init; } = [];

        public Dictionary<string, int> Scores { get; init; } = [];

        public Address? Address { get; init; }

        public JsonElement Raw { get; init; }

        public Guid Link { get; init; }

        [EmailAddress(ErrorMessage = "not a valid e-mail address")]
        public string Mail { get; init; } = "a@b.c";

        [JsonPropertyName("X-Other")]
        public string Other { get; init; } = "";

        [JsonIgnore]
        public string Secret { get; init; } = "";

        public int Computed => Count * 2;
    }

    private enum Currency
    {
        Euro,
        UsDollar,
    }

    private sealed record Address(string Street, string? City = null);

    private sealed record Loop(IReadOnlyList<Loop> Inner);
}
