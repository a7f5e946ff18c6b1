using System.Net;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Locks;

namespace Orchestrator.Tests.Web.Api;

[TestFixture]
internal sealed class LockEndpointTests : ApiFixture
{
    [Test]
    public async Task Held_locks_are_listed_by_key_page_by_page_and_expired_ones_are_not()
    {
        var token = await TakeAsync("b", """{"why": "a cycle"}""");
        await TakeAsync("a");
        await TakeAsync("c");
        await TakeAsync("expired");
        await Service.Database.ExecuteAsync("update autonomous_execution_locks set expires_at = now() where lock_key = 'expired'");

        var first = await GetAsync("/api/locks?limit=2");
        var second = await GetAsync($"/api/locks?limit=2&cursor={first.Body["next_cursor"]}");

        first.Status.Should().Be(HttpStatusCode.OK, first.Text);
        first.Body["items"]!.AsArray().Select(one => (string)one!["lock_key"]!).Should().Equal("a", "b");
        second.Body["items"]!.AsArray().Select(one => (string)one!["lock_key"]!).Should().Equal("c");
        second.Body["next_cursor"].Should().BeNull();
        var held = first.Body["items"]![1]!;
        ((string)held["locked_by"]!, (long)held["fencing_token"]!, (string)held["metadata"]!["why"]!).Should().Be(("node-1", token, "a cycle"));
        ((long)held["expires_in_ms"]!).Should().BeInRange(1, 3_600_000);
        ((DateTime)held["expires_at"]! - (DateTime)held["locked_at"]!).Should().BeCloseTo(TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));
    }

    [Test]
    public async Task A_viewer_may_look_and_what_is_not_known_is_refused()
    {
        using var viewer = await Service.CreateClientAsync(Role.Viewer);

        (await viewer.GetAsync("/api/locks")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync("/api/locks?key=a")).ShouldBeProblem(HttpStatusCode.BadRequest);
    }

    private async Task<long> TakeAsync(string key, string? metadata = null) => (await Service.Get<LockStore>().TryAcquireAsync(
        DispatchRequest.DefaultTenant, key, "node-1", TimeSpan.FromHours(1), metadata, null, default))!.Value;
}
