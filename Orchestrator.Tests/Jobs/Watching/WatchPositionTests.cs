using Orchestrator.Jobs.Watching;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Watching;

[TestFixture]
internal sealed class WatchPositionTests
{
    [TestCase("7")]
    [TestCase("9223372036854775807")]
    [TestCase("123-130.125")]
    public void A_position_is_read_as_it_was_written(string text) => WatchPosition.Parse(text)!.ToString().Should().Be(text);

    [TestCase("")]
    [TestCase("-")]
    [TestCase("x")]
    [TestCase("1-")]
    [TestCase("1-2-3")]
    [TestCase("1-2..3")]
    [TestCase("-1")]
    [TestCase("1:2:")]
    [TestCase("99999999999999999999")]
    public void Anything_else_is_none(string text) => WatchPosition.Parse(text).Should().BeNull();

    [Test]
    public void A_long_one_is_cut_to_its_newest()
    {
        var written = new WatchPosition(1, [.. Enumerable.Range(2, 1000).Select(n => (long)n)]).ToString();

        WatchPosition.Parse(written)!.Seen.Should().HaveCount(WatchPosition.MaxSeen).And.Contain(1001).And.NotContain(2);
    }

    /// <summary>Rows keep 32 bits of a transaction's number: the rest comes from the present one.</summary>
    [TestCase(100, 200, 100)]
    [TestCase(200, 200, 200)]
    [TestCase(5, 4294967296 + 10, 4294967296 + 5)]
    [TestCase(4294967290, 4294967296 + 10, 4294967290)]
    [TestCase(11, 4294967296 + 10, 11)]
    [TestCase(2, 4294967296 + 10, 0)]
    public async Task A_rows_transaction_has_its_epoch(long xmin, long next, long full)
    {
        await using var database = await TestDatabase.CreateAsync();

        (await database.ScalarAsync<long>($"select full_xid('{xmin}'::xid, {next})")).Should().Be(full);
    }
}
