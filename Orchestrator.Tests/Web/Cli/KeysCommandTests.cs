using System.Net;
using Orchestrator.Tests.Support;
using Orchestrator.Tests.Web.Api;

namespace Orchestrator.Tests.Web.Cli;

/// <summary>The commands run beside the service, on its database.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class KeysCommandTests : ApiFixture
{
    [Test]
    public async Task A_key_is_made_listed_and_revoked()
    {
        var made = await RunAsync("create", "--name", "nightly", "--role", "viewer", "--expires", "90d");
        var secret = made.Output.Split('\n').Single(line => line.StartsWith("ork_", StringComparison.Ordinal)).Trim();
        using var client = Service.CreateClient(secret);
        (await client.GetAsync("/api/runs")).StatusCode.Should().Be(HttpStatusCode.OK);
        var listed = await RunAsync("list");
        var revoked = await RunAsync("revoke", secret[..12]);

        made.Output.Should().Contain("viewer of tenant default").And.Contain("The key is shown once");
        listed.Output.Should().Contain(secret[..12]).And.Contain("nightly").And.NotContain(secret);
        (revoked.ExitCode, revoked.Output).Should().Be((0, $"nightly ({secret[..12]}…) is revoked.\n"));
        (await RunAsync("list")).Output.Should().Contain("revoked");
        (await RunAsync("list", "--tenant", "other")).Output.Should().BeEmpty();
    }

    [TestCase("'root'", "create", "--name", "x", "--role", "root")]
    [TestCase("--expires", "create", "--name", "x", "--role", "viewer", "--expires", "soon")]
    [TestCase("--tenant", "create", "--name", "x", "--role", "viewer", "--tenant", "Not A Tenant")]
    [TestCase("has no key 'ork_nothing'", "revoke", "ork_nothing")]
    public async Task What_is_wrong_is_said(string word, params string[] arguments)
    {
        var (code, output) = await RunAsync(arguments);

        code.Should().Be(1);
        output.Should().Contain(word).And.NotContain("   at ");
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => ServiceProcess.RunAsync(
        Path.GetTempPath(), ["keys", .. arguments], ("ConnectionStrings__Orchestrator", Service.Database.ConnectionString));
}
