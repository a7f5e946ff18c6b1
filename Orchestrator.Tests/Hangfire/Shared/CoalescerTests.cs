extern alias hangfire;

using hangfire::Orchestrator.Shared;

namespace Orchestrator.Tests.Hangfire.Shared;

[TestFixture]
internal sealed class CoalescerTests
{
    private readonly List<int[]> batches = [];
    private TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Test]
    public async Task ALoneRequestIsABatch()
    {
        gate.SetResult();
        (await Create().SubmitAsync(21)).Should().Be(42);
        batches.Should().BeEquivalentTo([new[] { 21 }]);
    }

    [Test]
    public async Task WhatComesWhileABatchIsInFlightIsTheNextBatch()
    {
        var coalescer = Create();
        var first = await StartFirstAsync(coalescer);
        Task<int>[] later = [.. Enumerable.Range(2, 5).Select(each => coalescer.SubmitAsync(each))];
        gate.SetResult();
        (await Task.WhenAll([first, .. later])).Should().Equal(2, 4, 6, 8, 10, 12);
        batches.Should().HaveCount(2);
        batches[1].Should().Equal(2, 3, 4, 5, 6);
    }

    [Test]
    public async Task ABatchIsBounded()
    {
        var coalescer = Create(maxBatch: 2);
        var first = await StartFirstAsync(coalescer);
        Task<int>[] later = [.. Enumerable.Range(2, 5).Select(each => coalescer.SubmitAsync(each))];
        gate.SetResult();
        await Task.WhenAll([first, .. later]);
        batches.Select(static batch => batch.Length).Should().Equal(1, 2, 2, 1);
    }

    [Test]
    public async Task AWaitingRequestCanBeCancelledAndATakenOneCannot()
    {
        var coalescer = Create();
        using var cancellation = new CancellationTokenSource();
        var taken = coalescer.SubmitAsync(1, cancellation.Token);
        await UntilBatchAsync();
        var waiting = coalescer.SubmitAsync(2, cancellation.Token);
        await cancellation.CancelAsync();
        gate.SetResult();
        (await taken).Should().Be(2);
        await waiting.Invoking(static each => each).Should().ThrowAsync<OperationCanceledException>();
        (await coalescer.SubmitAsync(3)).Should().Be(6);
        batches.SelectMany(static batch => batch).Should().Equal(1, 3);
    }

    [Test]
    public async Task AFailureIsThatOfEveryRequestInTheBatch()
    {
        var coalescer = Create();
        var first = await StartFirstAsync(coalescer);
        Task<int>[] later = [coalescer.SubmitAsync(2), coalescer.SubmitAsync(-1)];
        gate.SetResult();
        (await first).Should().Be(2);
        foreach (var each in later) await each.Invoking(static task => task).Should().ThrowAsync<ArgumentException>();
    }

    [Test]
    public async Task ARequestsOwnFaultIsItsAlone()
    {
        var coalescer = Create(isRequestsFault: static failure => failure is ArgumentException);
        var first = await StartFirstAsync(coalescer);
        var (good, bad) = (coalescer.SubmitAsync(2), coalescer.SubmitAsync(-1));
        gate.SetResult();
        (await first).Should().Be(2);
        (await good).Should().Be(4);
        await bad.Invoking(static task => task).Should().ThrowAsync<ArgumentException>();
    }

    [Test]
    public async Task LanesRunBesideEachOther()
    {
        var coalescer = Create(lanes: 2);
        var first = coalescer.SubmitAsync(1);
        SpinWait.SpinUntil(() => batches.Count == 1, TimeSpan.FromSeconds(30)).Should().BeTrue();
        var second = coalescer.SubmitAsync(2);
        SpinWait.SpinUntil(() => batches.Count == 2, TimeSpan.FromSeconds(30)).Should().BeTrue();
        gate.SetResult();
        (await Task.WhenAll(first, second)).Should().Equal(2, 4);
    }

    [SetUp]
    public void Clear()
    {
        batches.Clear();
        gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private Coalescer<int, int> Create(int maxBatch = 100, int lanes = 1, Func<Exception, bool>? isRequestsFault = null) => new(
        async requests =>
        {
            lock (batches) batches.Add([.. requests]);
            await gate.Task;
            if (requests.Any(static each => each < 0)) throw new ArgumentException("negative");
            return [.. requests.Select(static each => each * 2)];
        },
        maxBatch,
        lanes,
        isRequestsFault);

    private async Task<Task<int>> StartFirstAsync(Coalescer<int, int> coalescer)
    {
        var first = coalescer.SubmitAsync(1);
        await UntilBatchAsync();
        return first;
    }

    private Task UntilBatchAsync()
    {
        SpinWait.SpinUntil(() => batches.Count > 0, TimeSpan.FromSeconds(30)).Should().BeTrue();
        return Task.CompletedTask;
    }
}
