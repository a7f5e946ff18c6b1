using System.Text;
using Microsoft.AspNetCore.Http;
using Orchestrator.Web.Api.Webhooks;

namespace Orchestrator.Tests.Web.Api.Webhooks;

/// <summary>Against the values that the senders' documentation gives.</summary>
[TestFixture]
internal sealed class WebhookSignatureTests
{
    [Test]
    public void The_example_of_github_holds()
    {
        var headers = new HeaderDictionary
        {
            ["X-Hub-Signature-256"] = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        };

        WebhookSignature.IsValid(headers, "Hello, World!"u8, "It's a Secret to Everybody", DateTimeOffset.UnixEpoch).Should().BeTrue();
        WebhookSignature.IsValid(headers, "Hello, World?"u8, "It's a Secret to Everybody", DateTimeOffset.UnixEpoch).Should().BeFalse();
    }

    [Test]
    public void The_example_of_standard_webhooks_holds()
    {
        var headers = new HeaderDictionary
        {
            ["webhook-id"] = "msg_p5jXN8AQM9LWM0D4loKWxJek",
            ["webhook-timestamp"] = "1614265330",
            ["webhook-signature"] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        };
        var body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");
        var at = DateTimeOffset.FromUnixTimeSeconds(1614265330);

        WebhookSignature.IsValid(headers, body, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", at).Should().BeTrue();
        WebhookSignature.IsValid(headers, body, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", at.AddMinutes(6)).Should().BeFalse();
    }
}
