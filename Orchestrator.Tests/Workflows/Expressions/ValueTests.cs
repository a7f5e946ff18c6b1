using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Workflows.Expressions;

internal sealed class ValueTests
{
    [TestCase("""{"a":1,"b":[true,false,null,"x"],"c":{}}""")]
    [TestCase("""[1.5,-2,1e+300,123456789012345]""")]
    [TestCase("\"a\\\"b\\\\c\\n\"")]
    public void Json_comes_back_as_it_was(string json) =>
        JsonDocument.Parse(Value.Parse(json).ToJson()).RootElement.ToString().Should().Be(JsonDocument.Parse(json).RootElement.ToString());

    [TestCase("\"a\\u0000b\"", "\"a\uFFFDb\"")]
    [TestCase("\"\\ud800\"", "\"\uFFFD\"")]
    [TestCase("\"\\udc00\\ud800x\\t\"", "\"\uFFFD\uFFFDx\\t\"")]
    [TestCase("\"\\ud83d\\ude00\"", "\"\\uD83D\\uDE00\"")]
    [TestCase("{\"\\ud800\":1}", "{\"\uFFFD\":1}")]
    [TestCase("1e999", "null")]
    [TestCase("-0", "0")]
    public void Json_is_such_that_jsonb_takes_it(string json, string written) => Value.Parse(json).ToJson().Should().Be(written);

    [Test]
    public void Broken_utf8_is_mended() =>
        Value.FromUtf8([(byte)'"', 0xFF, (byte)'a', (byte)'"']).Should().Be(Value.Of("\uFFFDa"));

    [Test]
    public void A_byte_order_mark_is_passed_over() => Value.FromUtf8([0xEF, 0xBB, 0xBF, (byte)'1']).Should().Be(Value.Of(1));

    [Test]
    public void Undefined_members_are_left_out() =>
        Value.Object(("a", Value.Undefined), ("b", Value.Array(Value.Undefined, Value.Of(double.NaN)))).ToJson().Should().Be("""{"b":[null,null]}""");

    [TestCase("")]
    [TestCase("{")]
    [TestCase("1 2")]
    [TestCase("nope")]
    [TestCase("[1,]")]
    public void What_is_no_json_is_refused(string text) => FluentActions.Invoking(() => Value.Parse(text)).Should().Throw<JsonException>();

    [Test]
    public void Depth_is_bounded()
    {
        static string Nested(int levels) => new string('[', levels) + new string(']', levels);

        Value.Parse(Nested(64)).Kind.Should().Be(ValueKind.Array);
        FluentActions.Invoking(() => Value.Parse(Nested(65))).Should().Throw<JsonException>().WithMessage("*deeper than 64*");
        FluentActions.Invoking(() => Value.Parse(Nested(100_000))).Should().Throw<JsonException>().WithMessage("*deeper than 64*");
    }

    [Test]
    public void Equality_is_by_content_and_not_by_order_of_members()
    {
        Value.Parse("""{"a":1,"b":[2]}""").Should().Be(Value.Parse("""{"b":[2],"a":1}"""));
        Value.Parse("""{"a":1}""").Should().NotBe(Value.Parse("""{"a":"1"}"""));
        Value.Parse("""{"a":1,"b":[2]}""").GetHashCode().Should().Be(Value.Parse("""{"b":[2],"a":1}""").GetHashCode());
        default(Value).Should().Be(Value.Undefined);
    }

    [Test]
    public void Members_keep_their_order_and_the_last_of_a_name_wins()
    {
        var members = Enumerable.Range(0, 20).Select(i => KeyValuePair.Create($"m{i % 15}", Value.Of(i)));

        var value = Value.Object(members);

        value.AsObject().Keys.Should().Equal(Enumerable.Range(0, 15).Select(i => $"m{i}"));
        value.Property("m3").Should().Be(Value.Of(18));
        value["m14"].Should().Be(Value.Of(14));
        value["none"].IsUndefined.Should().BeTrue();
        value.With("m0", "new").Property("m0").AsString().Should().Be("new");
    }

    [Test]
    public void The_wrong_accessor_says_what_was_found() =>
        FluentActions.Invoking(() => Value.Of(1).AsString()).Should().Throw<InvalidOperationException>().WithMessage("Expected a string, found a number.");

    [FsCheck.NUnit.Property]
    public void Every_value_survives_json(int seed)
    {
        var value = Any(new System.Random(seed), 4);

        Value.Parse(value.ToJson()).Should().Be(value);
        Value.FromUtf8(Encoding.UTF8.GetBytes(value.ToJson())).Should().Be(value);
        Value.FromJson(JsonDocument.Parse(value.ToJson()).RootElement).Should().Be(value);
    }

    [FsCheck.NUnit.Property]
    public bool Numbers_as_text_read_back_the_same(NormalFloat number) =>
        double.Parse(ValueText.Of(number.Get), System.Globalization.CultureInfo.InvariantCulture) == number.Get;

    private static Value Any(System.Random random, int depth) => random.Next(depth > 0 ? 7 : 5) switch
    {
        0 => Value.Null,
        1 => random.Next(2) == 0,
        2 => random.Next(-1000, 1000),
        3 => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-300, 300)),
        4 => new string([.. Enumerable.Range(0, random.Next(8)).Select(_ => (char)random.Next(1, 0xD800))]),
        5 => Value.Array(Enumerable.Range(0, random.Next(5)).Select(_ => Any(random, depth - 1))),
        _ => Value.Object(Enumerable.Range(0, random.Next(12)).Select(i => KeyValuePair.Create($"m{i}", Any(random, depth - 1)))),
    };
}
