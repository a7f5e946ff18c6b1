using System.Net;
using Orchestrator.Tests.Support;
using Orchestrator.Tests.Web.Api;
using Orchestrator.Web.Auth;

namespace Orchestrator.Tests.Web.Auth;

[TestFixture]
internal sealed class FailedLoginTests : ApiFixture
{
    [Test]
    public async Task Wrong_tokens_are_bounded_and_lock_nobody_out_who_was_let_in()
    {
        (await GetAsync("/api/runs")).Status.Should().Be(HttpStatusCode.OK);
        var answers = new List<ApiAnswer>();
        for (var n = 0; n <= FailedLogins.PerMinute; n++)
        {
            using var client = Service.CreateClient($"wrong-token-number-{n}");
            using var response = await client.GetAsync("/functions/v1/orchestrator/dispatch");
            answers.Add(await ApiAnswer.OfAsync(response));
        }

        answers.SkipLast(1).Should().OnlyContain(answer => answer.Status == HttpStatusCode.Unauthorized);
        answers[^1].ShouldBeProblem(HttpStatusCode.TooManyRequests);
        int.Parse(answers[^1].Headers["Retry-After"]).Should().BeInRange(1, 60);
        ((bool)answers[^1].Body["ok"]!).Should().BeFalse();
        (await GetAsync("/api/runs")).Status.Should().Be(HttpStatusCode.OK);
        using var late = Service.CreateClient(TestService.ServiceToken);
        (await late.GetAsync("/api/runs")).StatusCode.Should().Be(HttpStatusCode.TooManyRequests, "a token that was never right may be the next guess");
    }
}
