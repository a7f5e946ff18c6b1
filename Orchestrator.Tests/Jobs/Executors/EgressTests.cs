using System.Net;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Executors;

[TestFixture]
internal sealed class EgressTests
{
    [TestCase("", "", "any.host", "127.0.0.1", true)]
    [TestCase("", "", "any.host", "169.254.169.254", false)]
    [TestCase("", "169.254.0.0/16", "any.host", "169.254.169.254", false)]
    [TestCase("10.0.0.0/8", "", "any.host", "10.1.2.3", false)]
    [TestCase("10.0.0.0/8", "", "any.host", "::ffff:10.1.2.3", false)]
    [TestCase("10.0.0.0/8", "", "any.host", "11.1.2.3", true)]
    [TestCase("10.9.9.9/8", "", "any.host", "10.1.2.3", false)]
    [TestCase("10.1.2.3", "", "any.host", "10.1.2.3", false)]
    [TestCase("::1", "", "localhost", "::1", false)]
    [TestCase("*.internal", "", "Db.Internal", "8.8.8.8", false)]
    [TestCase("*.internal", "", "db.internal.", "8.8.8.8", false)]
    [TestCase("*.internal", "", "internal", "8.8.8.8", true)]
    [TestCase("*.internal", "", "notinternal", "8.8.8.8", true)]
    [TestCase("", "api.example.com 10.0.0.0/8", "api.example.com", "8.8.8.8", true)]
    [TestCase("", "api.example.com 10.0.0.0/8", "other.example.com", "10.9.9.9", true)]
    [TestCase("", "api.example.com 10.0.0.0/8", "other.example.com", "8.8.8.8", false)]
    [TestCase("10.0.0.0/8", "api.example.com", "api.example.com", "10.0.0.1", false)]
    public void A_target_is_one_that_the_lists_let_through(string deny, string allow, string host, string address, bool isAllowed) =>
        new EgressRules(Words(deny), Words(allow)).Allows(host, IPAddress.Parse(address)).Should().Be(isAllowed);

    [TestCase("10.0.0.0/99")]
    [TestCase("http://host")]
    [TestCase("*")]
    public void An_entry_that_is_none_stops_the_start(string entry)
    {
        new OrchestratorOptions { Egress = { Deny = [entry] } }.Problems().Should().ContainSingle().Which.Should().Contain("Orchestrator:Egress:Deny");
        new OrchestratorOptions { Egress = { Allow = [entry] } }.Problems().Should().ContainSingle().Which.Should().Contain(entry);
    }

    [Test]
    public async Task A_step_calls_nothing_that_is_denied()
    {
        await using var service = await TestService.StartAsync(options => options.Egress.Deny = ["127.0.0.0/8"]);
        var run = await service.RunAsync("{ key: denied, steps: [{ id: a, call: /x }] }");

        run.Status.Should().Be("failed");
        service.Target.Requests.Should().BeEmpty();
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
