using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Jobs.Access;
using Orchestrator.Tests.Support;
using Orchestrator.Tests.Web.Api;
using Orchestrator.Web.Auth;

namespace Orchestrator.Tests.Web.Auth;

[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class ApiKeyTests : ApiFixture
{
    [Test]
    public async Task A_key_is_made_shown_once_used_and_revoked()
    {
        var made = await SendAsync("POST", "/api/keys", """{"name": "ci", "role": "operator"}""");
        var (id, secret) = ((string)made.Body["id"]!, (string)made.Body["key"]!);
        using var client = Service.CreateClient(secret);

        made.Status.Should().Be(HttpStatusCode.Created);
        secret.Should().StartWith((string)made.Body["prefix"]!).And.HaveLength(52);
        (await client.GetAsync("/api/runs")).StatusCode.Should().Be(HttpStatusCode.OK);
        var listed = await GetAsync("/api/keys");
        listed.Text.Should().NotContain(secret);
        var row = listed.Body["items"]!.AsArray().Single(key => (string)key!["id"]! == id)!;
        ((string)row["name"]!, (string)row["role"]!, (string)row["created_by"]!).Should().Be(("ci", "operator", "admin key"));
        row["last_used_at"].Should().NotBeNull();
        row["revoked_at"].Should().BeNull();
        (await SendAsync("DELETE", $"/api/keys/{id}")).Body["revoked_at"].Should().NotBeNull();
        (await SendAsync("DELETE", $"/api/keys/{id}")).Status.Should().Be(HttpStatusCode.OK);
        await RefusedWithinAsync(client);
    }

    [Test]
    public async Task The_secret_is_stored_nowhere()
    {
        var secret = (string)(await SendAsync("POST", "/api/keys", """{"name": "hidden", "role": "viewer"}""", ("Idempotency-Key", "hidden"))).Body["key"]!;
        foreach (var table in await Service.Database.ScalarAsync<string[]>(
            "select array_agg(format('%I.%I', table_schema, table_name)) from information_schema.tables where table_schema in ('orchestrator', 'hangfire') and table_type = 'BASE TABLE'"))
        {
            (await Service.Database.ScalarAsync<long>($"select count(*) from {table} t where t::text like '%{secret[20..]}%' or t::text like '%{Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(secret[20..]))}%'"))
                .Should().Be(0, table);
        }

        Service.Log.Text.Should().NotContain(secret);
    }

    [Test]
    public async Task A_revoked_key_is_refused_by_every_node()
    {
        await using var other = await Service.StartAnotherAsync();
        var made = (await SendAsync("POST", "/api/keys", """{"name": "two nodes", "role": "viewer"}""")).Body;
        using var client = other.CreateClient((string)made["key"]!);
        (await client.GetAsync("/api/runs")).StatusCode.Should().Be(HttpStatusCode.OK);

        await SendAsync("DELETE", $"/api/keys/{(string)made["id"]!}");

        await RefusedWithinAsync(client);
    }

    [Test]
    public async Task A_key_ends_when_it_expires()
    {
        var made = (await SendAsync("POST", "/api/keys", $$"""{"name": "short", "role": "viewer", "expires_at": "{{DateTime.UtcNow.AddSeconds(2):O}}"}""")).Body;
        using var client = Service.CreateClient((string)made["key"]!);

        (await client.GetAsync("/api/runs")).StatusCode.Should().Be(HttpStatusCode.OK);
        await RefusedWithinAsync(client);
    }

    [TestCase("""{"role": "viewer"}""", "name: is required")]
    [TestCase("""{"name": "x"}""", "role: has to be one of viewer, operator, admin")]
    [TestCase("""{"name": "x", "role": "root"}""", "role: has to be one of viewer, operator, admin")]
    [TestCase("""{"name": "x", "role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}""", "expires_at: has to be a time to come")]
    [TestCase("""{"name": "x", "role": "viewer", "tenant": "other"}""", "tenant: is not known")]
    public async Task A_wrong_wish_is_refused(string body, string error)
    {
        var answer = await SendAsync("POST", "/api/keys", body);

        answer.ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        answer.Errors.Should().Contain(error);
    }

    [Test]
    public async Task Its_use_is_written_once_a_minute()
    {
        var keys = Service.Get<ApiKeyStore>();
        var (key, secret) = await keys.CreateAsync(
            new NewApiKey { Tenant = "default", Name = "busy", Role = Role.Viewer, CreatedBy = "test" }, CancellationToken.None);
        await keys.UseAsync(ApiKeySecret.Hash(secret), CancellationToken.None);
        var first = await RowVersionAsync(key);
        await keys.UseAsync(ApiKeySecret.Hash(secret), CancellationToken.None);
        var second = await RowVersionAsync(key);
        await Service.Database.ExecuteAsync($"update api_keys set last_used_at = now() - interval '2 minutes' where api_key_id = '{key.ApiKeyId}'");
        await keys.UseAsync(ApiKeySecret.Hash(secret), CancellationToken.None);

        second.Should().Be(first);
        (await Service.Database.ScalarAsync<bool>($"select last_used_at > now() - interval '1 minute' from api_keys where api_key_id = '{key.ApiKeyId}'")).Should().BeTrue();
    }

    [Test]
    public async Task Keys_are_listed_page_by_page_newest_first()
    {
        using var admin = await Service.CreateClientAsync(Role.Admin, "pages");
        using var first = await Service.CreateClientAsync(Role.Viewer, "pages");
        using var second = await Service.CreateClientAsync(Role.Viewer, "pages");
        var newest = JsonNode.Parse(await admin.GetStringAsync("/api/keys?limit=2"))!;
        var rest = JsonNode.Parse(await admin.GetStringAsync($"/api/keys?limit=2&cursor={(string)newest["next_cursor"]!}"))!;
        string[] ids = [.. newest["items"]!.AsArray().Concat(rest["items"]!.AsArray()).Select(key => (string)key!["id"]!)];

        newest["items"]!.AsArray().Count.Should().Be(2);
        ids.Should().HaveCount(3).And.OnlyHaveUniqueItems().And.BeInDescendingOrder(StringComparer.Ordinal);
        rest["next_cursor"].Should().BeNull();
    }

    private async Task<string> RowVersionAsync(ApiKey key) =>
        await Service.Database.ScalarAsync<string>($"select xmin::text || last_used_at::text from api_keys where api_key_id = '{key.ApiKeyId}'");

    /// <summary>5 s is what is promised; the memory of a node is 3.</summary>
    private static async Task RefusedWithinAsync(HttpClient client)
    {
        TokenDirectory.Age.Should().BeLessThan(TimeSpan.FromSeconds(5));
        await Eventually.IsTrueAsync(async () => (await client.GetAsync("/api/runs")).StatusCode == HttpStatusCode.Unauthorized, "the refusal");
    }
}
