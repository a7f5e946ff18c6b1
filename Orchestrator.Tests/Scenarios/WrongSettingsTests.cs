using System.Net;
using System.Net.Sockets;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>A wrong setting is named in a line or two, with what it may be; no stack trace, exit code 1.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
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
    [TestCase("Orchestrator__Workers", "1001", "Orchestrator:Workers is '1001'; it has to be 1 to 1000")]
    [TestCase("Orchestrator__Lease", "00:00:01", "Orchestrator:Lease")]
    [TestCase("Orchestrator__Lease", "soon", "Orchestrator:Lease")]
    [TestCase("Orchestrator__SweepInterval", "1.00:00:00", "Orchestrator:SweepInterval")]
    [TestCase("Orchestrator__MaxResponseBytes", "12", "Orchestrator:MaxResponseBytes")]
    [TestCase("Orchestrator__MaxResponseBytes", "1e3", "Orchestrator:MaxResponseBytes")]
    [TestCase("Orchestrator__Role", "boss", "Orchestrator:Role")]
    [TestCase("Orchestrator__Queues__0", "Fast Lane", "Orchestrator:Queues")]
    [TestCase("Orchestrator__Wrokers", "5", "Orchestrator:Wrokers is no setting. Did you mean `Workers`?")]
    [TestCase("Orchestrator__Egress__Dney__0", "10.0.0.0/8", "Orchestrator:Egress:Dney is no setting. Did you mean `Deny`?")]
    [TestCase("Agents__Endpoint", "ftp://agents", "Orchestrator:Agents:Endpoint is 'ftp://agents/'; it has to be an absolute http or https address")]
    [TestCase("Agents__MaxConcurrent", "-1", "Orchestrator:Agents:MaxConcurrent is '-1'; it has to be 0 to 1000")]
    [TestCase("Recovery__http__strategy", "alternative", "Recovery:http:strategy is 'alternative'")]
    [TestCase("Agents__Endpont", "http://agents", "Agents:Endpont is no setting. Did you mean `Endpoint`?")]
    [TestCase("Notifications__Channels__ops", "not-an-address", "Orchestrator:Notifications:Channels:ops is '…'; it has to be an absolute http or https address")]
    [TestCase("Workflows__Foldr", "x", "Workflows:Foldr is no setting. Did you mean `Folder`?")]
    [TestCase("ORCHESTRATOR_POSTGRES_BIN", "/nowhere", "ORCHESTRATOR_POSTGRES_BIN")]
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
        output.Should().Contain($"http://{holder.LocalEndpoint} is in use");
        place.Server.Should().BeNull("what was started before the mistake was seen is stopped");
    }

    [TestCase("Password=wrong", "password authentication failed", "Username and Password")]
    [TestCase("Database=nowhere", "database \"nowhere\" does not exist", "createdb")]
    [TestCase("Username=unprivileged_one;Password=pass", "permission denied for database", "grant create on database")]
    [TestCase("Username=limited_one;Password=pass", "too many connections", "Maximum Pool Size")]
    [TestCase("Options=-c default_transaction_read_only=on", "read-only transaction", "name the primary")]
    public async Task Database_that_refuses_is_told_with_what_mends_it(string changed, string said, string mending)
    {
        await using var place = Place.Create();
        await using var database = await TestDatabase.CreateEmptyAsync();
        if (changed.StartsWith("Username=", StringComparison.Ordinal))
        {
            await database.ExecuteAsync($"create role {Role(changed)} login password 'pass' connection limit {(changed.Contains("limited", StringComparison.Ordinal) ? 0 : 10)}");
        }

        var (code, output) = await ServiceProcess.RunAsync(
            place.Folder, ["serve"], ("ConnectionStrings__Orchestrator", $"{database.ConnectionString};{changed}"));

        ExpectWordAbout("ConnectionStrings__Orchestrator", code, output);
        output.Should().Contain(said).And.Contain(mending).And.NotContain("pass;");
    }

    [Test]
    public async Task Database_that_never_answers_ends_the_start()
    {
        await using var place = Place.Create();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = (IPEndPoint)silent.LocalEndpoint;

        var (code, output) = await ServiceProcess.RunAsync(
            place.Folder, ["serve"],
            ("ConnectionStrings__Orchestrator", $"Host=127.0.0.1;Port={address.Port};Database=x;Username=x;Password=x;Timeout=2"));

        ExpectWordAbout("ConnectionStrings__Orchestrator", code, output);
        output.Should().Contain("can't be reached").And.Contain("Check that it runs and answers");
    }

    private static string Role(string changed) => changed.Split(';')[0]["Username=".Length..];

    private static void ExpectWordAbout(string named, int code, string output)
    {
        code.Should().Be(1, output);
        output.Should().Contain(named).And.NotContain("   at ").And.NotContain("Exception");
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains(" info: ", StringComparison.Ordinal))
            .Should().HaveCountLessThanOrEqualTo(2, output);
    }
}
