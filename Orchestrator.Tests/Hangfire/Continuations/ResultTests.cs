using Hangfire;
using Hangfire.Common;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Continuations;

/// <summary>Continuations are given what their parents have left.</summary>
[TestFixture]
internal sealed class ResultTests : HangfireFixture
{
    /// <summary>What <see cref="GlobalConfigurationExtensions.UseResultsInContinuations"/> makes of the process's filters.</summary>
    private readonly JobFilterProviderCollection filters = new(
        new JobFilterCollection { new AutomaticRetryAttribute(), new ContinuationsSupportAttribute(pushResults: true), new JobParameterInjectionFilter() },
        new JobFilterAttributeFilterProvider());

    private BackgroundJobClient Giving => new(Storage, filters);

    [Test]
    public async Task AResultIsAnArgument()
    {
        var parent = Giving.Enqueue<Jobs>(jobs => jobs.Make())!;
        var child = Giving.ContinueJobWith<Jobs>(parent, jobs => jobs.Take(default!, null, "own"))!;
        using var server = StartServer(configure: options => options.FilterProvider = filters);
        await UntilStateAsync(child, "Succeeded");
        ResultOf(child).Should().Be("\"Ada 7 none own\"");
        var late = Giving.ContinueJobWith<Jobs>(parent, jobs => jobs.Take(default!, null, "late"))!;
        await UntilStateAsync(late, "Succeeded");
        ResultOf(late).Should().Be("\"Ada 7 none late\"");
    }

    [Test]
    public async Task AnExceptionIsAnArgument()
    {
        var parent = Giving.Enqueue<Jobs>(jobs => jobs.Fail())!;
        var child = Giving.ContinueJobWith<Jobs>(parent, jobs => jobs.Take(default!, null, "own"), JobContinuationOptions.OnAnyFinishedState)!;
        using var server = StartServer(configure: options => options.FilterProvider = filters);
        await UntilStateAsync(child, "Succeeded");
        ResultOf(child).Should().Be("\"nobody boom own\"");
    }

    private string? ResultOf(string id) =>
        Scalar<string>("select data ->> 'Result' from hangfire.state where name = 'Succeeded' and jobid = $1", long.Parse(id));

    public sealed record Person(string Name, int Age);

    public sealed class Jobs
    {
        public Person Make() => new("Ada", 7);

        [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
        public void Fail() => throw new InvalidOperationException("boom");

        public string Take([FromResult] Person? person, [FromException] ExceptionInfo? failure, string text) =>
            $"{(person is null ? "nobody" : $"{person.Name} {person.Age} ")}{failure?.Message ?? "none"} {text}".Replace("nobody", "nobody ", StringComparison.Ordinal);
    }
}
