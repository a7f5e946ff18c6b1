using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Tests.Jobs.Execution;

/// <summary>What is tried again, and after how long.</summary>
[TestFixture]
internal sealed class ClassifierTests
{
    private static readonly RetryPolicy Plain = new() { Jitter = false };

    [TestCase("Timeout", null, true)]
    [TestCase("Network", null, true)]
    [TestCase("NotOk", 200, true)]
    [TestCase("Accuracy", null, true)]
    [TestCase("Script", null, true)]
    [TestCase("Unexpected", null, true)]
    [TestCase("Status", 408, true)]
    [TestCase("Status", 429, true)]
    [TestCase("Status", 500, true)]
    [TestCase("Status", 503, true)]
    [TestCase("Status", 400, false)]
    [TestCase("Status", 404, false)]
    [TestCase("Status", 302, false)]
    [TestCase("Expression", null, false)]
    [TestCase("Invalid", null, false)]
    [TestCase("Poison", null, false)]
    public void Without_a_list_whatever_may_pass_is_tried_again(string kind, int? status, bool isRetried) =>
        IsRetried([], kind, status).Should().Be(isRetried);

    [TestCase("timeout", "Timeout", null, true)]
    [TestCase("timeout", "Network", null, false)]
    [TestCase("network", "Network", null, true)]
    [TestCase("network", "Timeout", null, false)]
    [TestCase("not_ok", "NotOk", 200, true)]
    [TestCase("not_ok", "Status", 500, false)]
    [TestCase("accuracy", "Accuracy", null, true)]
    [TestCase("accuracy", "Script", null, false)]
    [TestCase("script_error", "Script", null, true)]
    [TestCase("script_error", "Accuracy", null, false)]
    [TestCase("script_error", "Timeout", null, false)]
    [TestCase("not_ok", "Script", null, false)]
    [TestCase("5xx", "Status", 502, true)]
    [TestCase("5xx", "Status", 429, false)]
    [TestCase("429", "Status", 429, true)]
    [TestCase("429", "Status", 503, false)]
    [TestCase("408", "Status", 408, true)]
    [TestCase("404", "Status", 404, true)]
    [TestCase("404", "Status", 400, false)]
    [TestCase("timeout", "Expression", null, false)]
    [TestCase("404", "Invalid", 404, false)]
    public void A_list_names_what_is_tried_again_and_nothing_else_is(string word, string kind, int? status, bool isRetried) =>
        IsRetried([word], kind, status).Should().Be(isRetried);

    [TestCase(Backoff.Exponential, 1000, 2000, 4000)]
    [TestCase(Backoff.Linear, 1000, 2000, 3000)]
    [TestCase(Backoff.Fixed, 1000, 1000, 1000)]
    public void The_delay_grows_as_the_policy_says(Backoff backoff, params int[] delays) =>
        delays.Select((_, index) => (int)(Plain with { Backoff = backoff }).DelayAfter(index + 1, 0).TotalMilliseconds).Should().Equal(delays);

    [Test]
    public void The_delay_has_an_upper_bound_however_many_attempts_there_were()
    {
        Plain.DelayAfter(1000, 0).Should().Be(TimeSpan.FromSeconds(60));
        (Plain with { Factor = 100, Delay = TimeSpan.Zero }).DelayAfter(999, 0).Should().Be(TimeSpan.Zero);
    }

    [TestCase(0, 500)]
    [TestCase(0.5, 750)]
    [TestCase(0.999999999, 1000)]
    public void Jitter_spreads_over_the_upper_half(double random, int milliseconds) =>
        RetryPolicy.Default.DelayAfter(1, random).TotalMilliseconds.Should().BeApproximately(milliseconds, 0.001);

    [TestCase(0, 1)]
    [TestCase(30, 30)]
    [TestCase(90, 90)]
    [TestCase(600, 600)]
    [TestCase(601, 600)]
    [TestCase(86400, 600)]
    public void The_targets_own_wish_is_honoured_up_to_ten_times_the_longest_delay(int wish, int seconds) =>
        Plain.DelayAfter(1, 0, TimeSpan.FromSeconds(wish)).Should().Be(TimeSpan.FromSeconds(seconds));

    [Test]
    public void The_last_attempt_is_not_followed_by_another()
    {
        var failure = new Failure(FailureKind.Network, "gone");

        Classifier.NextAttempt(Plain, failure, 4, 5, 0).Should().NotBeNull();
        Classifier.NextAttempt(Plain, failure, 5, 5, 0).Should().BeNull();
    }

    private static bool IsRetried(string[] on, string kind, int? status) => Classifier.NextAttempt(
        Plain with { On = on }, new Failure(Enum.Parse<FailureKind>(kind), "why", status), 1, 5, 0) is not null;
}
