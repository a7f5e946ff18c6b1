using System.Net;
using System.Net.Sockets;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>A wrong setting is named in a line or two, with what it may be; no stack trace, exit code 1.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
internal sealed class WrongSettingsTests
{
    private const string Nowhere = "Host=127.0.0.1;Port=1;Database=orchestrator;Username=nobody;Password=none;Timeout=2";

    [TestCase("ConnectionStrings__Orchestrator", "Hots=db;Databse=x", "ConnectionStrings__Orchestrator")]
    [TestCase("ConnectionStrings__Orchestrator", Nowhere, "ConnectionStrings__Orchestrator")]
    [TestCase("EDGE_BASE_URL", "nonsense", "EDGE_BASE_URL")]
    [TestCase("EDGE_BASE_URL", "ftp://files", "EDGE_BASE_URL")]
    [TestCase("ORCHESTRATOR_ADMIN_KEY", "short", "ORCHESTRATOR_ADMIN_KEY")]
    [TestCase("ASPNETCORE_URLS", "nonsense", "ASPNETCORE_URLS")]
    [TestCase("Orchestrator__Workers", "many", "Workers")]
    [TestCase("Orchestrator__Workers", "0", "Orchestrator:Workers")]
    [TestCase("Orchestrator__Lease", "00:00:01", "Orchestrator:Lease")]
    public async Task Is_named(string setting, string value, string named)
    {
        await using var place = Place.Create();

        var (code, output) = await ServiceProcess.RunAsync(place.Folder, ["serve"], (setting, value));

        ExpectWordAbout(named, code, output);
    }

    [Test]
    public async Task Port_that_is_taken_is_named()
    {
        await using var place = Place.Create();
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();

        var (code, output) = await ServiceProcess.RunAsync(place.Folder, ["serve"], ("ASPNETCORE_URLS", $"http://{holder.LocalEndpoint}"));

        ExpectWordAbout("ASPNETCORE_URLS", code, output);
        place.Server.Should().BeNull("what was started before the mistake was seen is stopped");
    }

    private static void ExpectWordAbout(string named, int code, string output)
    {
        code.Should().Be(1, output);
        output.Should().Contain(named).And.NotContain("   at ").And.NotContain("Exception");
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains(" info: ", StringComparison.Ordinal))
            .Should().HaveCountLessThanOrEqualTo(2, output);
    }
}
