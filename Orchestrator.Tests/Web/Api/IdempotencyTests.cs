using System.Net;
using System.Text;
using Orchestrator.Jobs.Access;
using Orchestrator.Tests.Support;
using Orchestrator.Web.Api;
using Orchestrator.Web.Api.Describing;

namespace Orchestrator.Tests.Web.Api;

[TestFixture]
internal sealed class IdempotencyTests : ApiFixture
{
    private const string Wish = """{"name": "once", "role": "viewer"}""";

    [Test]
    public async Task Every_write_under_a_key_is_answered_again_whoever_added_the_route()
    {
        var wrong = new List<string>();
        // Signals and restarts are answered again once their run is there, which none here is; their own tests show that.
        string[] ofRuns = ["/signals/", "/restart", "/restore"];
        foreach (var route in MappedRoute.Of(Service).Where(route => route.Method != "GET" && !route.IsAnonymous && !Array.Exists(ofRuns, part => route.ToString().Contains(part, StringComparison.Ordinal))))
        {
            var body = route.Endpoint.Metadata.GetMetadata<OwnIdempotency>() is null
                ? null
                : route.Endpoint.Metadata.GetMetadata<BodyDescription>()!.Example.ToJsonString();
            var key = ("X-Idempotency-Key", $"all {route}");
            var first = await SendAsync(route.Method, route.Path(_ => null), body, key);
            var again = await SendAsync(route.Method, route.Path(_ => null), body, key);
            if (!again.Headers.ContainsKey("Idempotency-Replayed") || (first.Status, first.ContentType, first.Text) != (again.Status, again.ContentType, again.Text))
            {
                wrong.Add($"{route}: {first.Text} / {again.Text}");
            }
        }

        wrong.Should().BeEmpty();
    }

    [Test]
    public async Task A_write_happens_once_and_is_answered_again()
    {
        var first = await SendAsync("PUT", "/api/workflows/once", Workflow("once"), ("Idempotency-Key", "put"));
        await SendAsync("PUT", "/api/workflows/once", Workflow("once", "2"));
        var again = await SendAsync("PUT", "/api/workflows/once", Workflow("once"), ("Idempotency-Key", "put"));

        (again.Status, again.ContentType, again.Text).Should().Be((HttpStatusCode.Created, "application/json", first.Text));
        again.Headers["Idempotency-Replayed"].Should().Be("true");
        first.Headers.Should().NotContainKey("Idempotency-Replayed");
        ((int)(await GetAsync("/api/workflows/once")).Body["version"]!).Should().Be(2, "the repeat did not put the old content back");
    }

    [Test]
    public async Task A_key_that_was_used_for_another_request_is_refused()
    {
        await SendAsync("PUT", "/api/workflows/reused", Workflow("reused"), ("Idempotency-Key", "reused"));
        var body = await SendAsync("PUT", "/api/workflows/reused", Workflow("reused", "2"), ("Idempotency-Key", "reused"));
        var address = await SendAsync("PUT", "/api/workflows/other", Workflow("reused"), ("Idempotency-Key", "reused"));

        body.ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        address.ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        ((string)address.Body["title"]!).Should().Be("Idempotency key used before");
    }

    [Test]
    public async Task A_key_holds_for_its_tenant_and_its_route()
    {
        await SendAsync("POST", "/api/keys", Wish, ("Idempotency-Key", "scoped"));
        var route = await SendAsync("POST", "/api/workflows/validate", Workflow("scoped"), ("Idempotency-Key", "scoped"));
        using var stranger = await Service.CreateClientAsync(Role.Admin, "elsewhere");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/keys")
        {
            Content = new StringContent("""{"name": "theirs", "role": "viewer"}""", Encoding.UTF8, "application/json"),
            Headers = { { "Idempotency-Key", "scoped" } },
        };
        using var tenant = await stranger.SendAsync(request);

        (route.Status, tenant.StatusCode).Should().Be((HttpStatusCode.OK, HttpStatusCode.Created));
    }

    [Test]
    public async Task While_the_first_is_under_way_the_second_has_to_wait()
    {
        await using var connection = await Service.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "select pg_advisory_xact_lock(hashtextextended('default/slow', 0))";
        await command.ExecuteNonQueryAsync();
        var first = SendAsync("PUT", "/api/workflows/slow", Workflow("slow"), ("Idempotency-Key", "slow"));
        await Eventually.IsTrueAsync(() => Service.Database.ScalarAsync<bool>("select exists (select from orchestrator.idempotent_answers where key = 'slow')"), "the first request");
        var second = await SendAsync("PUT", "/api/workflows/slow", Workflow("slow"), ("Idempotency-Key", "slow"));
        await transaction.CommitAsync();

        second.ShouldBeProblem(HttpStatusCode.Conflict);
        second.Headers["Retry-After"].Should().Be("1");
        (await first).Status.Should().Be(HttpStatusCode.Created);
        (await SendAsync("PUT", "/api/workflows/slow", Workflow("slow"), ("Idempotency-Key", "slow"))).Headers.Should().ContainKey("Idempotency-Replayed");
    }

    [Test]
    public async Task A_key_whose_request_died_is_free_again_when_its_time_is_over()
    {
        await SendAsync("POST", "/api/keys", Wish, ("Idempotency-Key", "died"));
        await Service.Database.ExecuteAsync("update idempotent_answers set status = null, body = null where key = 'died'");
        var early = await SendAsync("POST", "/api/keys", Wish, ("Idempotency-Key", "died"));
        await Service.Database.ExecuteAsync("update idempotent_answers set owned_until = now() - interval '1 second' where key = 'died'");
        var late = await SendAsync("POST", "/api/keys", Wish, ("Idempotency-Key", "died"));

        early.ShouldBeProblem(HttpStatusCode.Conflict);
        late.Status.Should().Be(HttpStatusCode.Created);
        late.Headers.Should().NotContainKey("Idempotency-Replayed");
    }

    [Test]
    public async Task An_error_of_ours_is_not_kept()
    {
        await Service.Database.ExecuteAsync("alter table api_keys rename to api_keys_gone");
        var failed = await SendAsync("POST", "/api/keys", Wish, ("Idempotency-Key", "failed"));
        await Service.Database.ExecuteAsync("alter table api_keys_gone rename to api_keys");
        var again = await SendAsync("POST", "/api/keys", Wish, ("Idempotency-Key", "failed"));

        failed.ShouldBeProblem(HttpStatusCode.InternalServerError);
        again.Status.Should().Be(HttpStatusCode.Created);
    }

    [Test]
    public async Task An_answer_that_is_too_large_is_not_kept()
    {
        var content = "key: many\nsteps:\n" + string.Concat(Enumerable.Range(0, 1000).Select(n => $"  - {{ id: step_{n}, type: transform, value: 1, wrong_{n}: 1 }}\n"));
        var first = await SendAsync("PUT", "/api/workflows/many", content, ("Idempotency-Key", "many"));
        var again = await SendAsync("PUT", "/api/workflows/many", content, ("Idempotency-Key", "many"));

        first.Text.Length.Should().BeGreaterThan(64 * 1024);
        again.Text.Should().Be(first.Text);
        again.Headers.Should().NotContainKey("Idempotency-Replayed");
    }

    [Test]
    public async Task A_new_key_is_not_in_the_answer_that_is_given_again()
    {
        var first = await SendAsync("POST", "/api/keys", Wish, ("Idempotency-Key", "secret"));
        var again = await SendAsync("POST", "/api/keys", Wish, ("Idempotency-Key", "secret"));

        first.Body["key"].Should().NotBeNull();
        again.Body["key"].Should().BeNull();
        ((string)again.Body["id"]!).Should().Be((string)first.Body["id"]!);
    }

    [Test]
    public async Task A_key_of_the_wrong_length_is_refused() =>
        (await SendAsync("POST", "/api/keys", Wish, ("Idempotency-Key", new string('k', 256)))).ShouldBeProblem(HttpStatusCode.BadRequest);

    private static string Workflow(string key, string value = "1") => $"{{ key: {key}, steps: [{{ id: a, type: transform, value: {value} }}] }}";
}
