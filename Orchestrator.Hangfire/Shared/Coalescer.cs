namespace Orchestrator.Shared;

/// <summary>
/// Turns requests that callers make at the same moment into one round trip.
/// <para>
/// A request that finds a free lane starts a batch at once; those that arrive while every lane is busy gather,
/// and the next free lane takes them together. So a lone caller waits for nobody, and under load the batch grows
/// to what one round trip's time brings in. There is no timer.
/// </para>
/// <para>
/// A request is waiting, taken or cancelled. Only a waiting one can be cancelled: once it is taken its effect may
/// have happened, and its caller learns the truth. Nothing here outlives the process: what was not answered when
/// it dies may or may not have happened.
/// </para>
/// </summary>
/// <typeparam name="TRequest">What a caller asks for.</typeparam>
/// <typeparam name="TResult">What that caller gets back.</typeparam>
internal sealed class Coalescer<TRequest, TResult>
{
    private readonly Lock gate = new();
    private readonly Queue<Waiter> waiting = new();
    private readonly Func<IReadOnlyList<TRequest>, Task<IReadOnlyList<TResult>>> run;
    private readonly Func<Exception, bool> isRequestsFault;
    private readonly Action<Action> startLane;
    private readonly int maxBatch;
    private int freeLanes;

    /// <summary>Makes a coalescer with all lanes free.</summary>
    /// <param name="run">Runs a batch; its results are in the order of its requests, one each.</param>
    /// <param name="maxBatch">The most requests that one batch may hold, at least 1.</param>
    /// <param name="lanes">How many batches may be in flight at once, at least 1.</param>
    /// <param name="isRequestsFault">
    /// Whether a failure may be the fault of one request among many. Then each request of that batch is run again
    /// on its own, so that only the guilty one fails; <paramref name="run"/> must have had no effect when it
    /// throws such an exception. Without it a failure is that of every request in the batch.
    /// </param>
    /// <param name="startLane">
    /// Starts a lane that was idle, without the caller's context, as a lane serves others too. Without it: on the
    /// thread pool. Callers that block threads of the pool while they wait need lanes that don't depend on it, and a
    /// <paramref name="run"/> that doesn't either.
    /// </param>
    public Coalescer(
        Func<IReadOnlyList<TRequest>, Task<IReadOnlyList<TResult>>> run,
        int maxBatch,
        int lanes = 1,
        Func<Exception, bool>? isRequestsFault = null,
        Action<Action>? startLane = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        this.run = run;
        this.maxBatch = maxBatch;
        this.isRequestsFault = isRequestsFault ?? (static _ => false);
        this.startLane = startLane ?? (static lane => ThreadPool.UnsafeQueueUserWorkItem(static work => work(), lane, preferLocal: false));
        freeLanes = lanes;
    }

    /// <summary>Adds a request to the next batch and returns its result, or the failure of its batch.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before a batch had taken it.</exception>
    public Task<TResult> SubmitAsync(TRequest request, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<TResult>(cancellationToken);

        var waiter = new Waiter(request, cancellationToken);
        bool isLaneFree;
        lock (gate)
        {
            waiting.Enqueue(waiter);
            isLaneFree = freeLanes > 0;
            if (isLaneFree) freeLanes--;
        }

        if (isLaneFree) startLane(() => _ = RunLaneAsync());
        return waiter.Result;
    }

    private async Task RunLaneAsync()
    {
        while (TakeBatch() is { Count: > 0 } batch)
        {
            try
            {
                await RunAsync(batch).ConfigureAwait(false);
            }
            catch (Exception failure) when (batch.Count > 1 && isRequestsFault(failure))
            {
                foreach (var waiter in batch) await RunAloneAsync(waiter).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                foreach (var waiter in batch) waiter.Fail(failure);
            }
        }
    }

    private async Task RunAsync(List<Waiter> batch)
    {
        var results = await run(batch.ConvertAll(static waiter => waiter.Request)).ConfigureAwait(false);
        if (results.Count != batch.Count)
            throw new InvalidOperationException($"A batch of {batch.Count} requests gave {results.Count} results.");
        for (var i = 0; i < batch.Count; i++) batch[i].Succeed(results[i]);
    }

    private async Task RunAloneAsync(Waiter waiter)
    {
        try
        {
            await RunAsync([waiter]).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            waiter.Fail(failure);
        }
    }

    /// <summary>Takes what waits; when nothing does, the lane is given back in the same breath.</summary>
    private List<Waiter> TakeBatch()
    {
        lock (gate)
        {
            var batch = new List<Waiter>(Math.Min(waiting.Count, maxBatch));
            while (batch.Count < maxBatch && waiting.TryDequeue(out var waiter))
                if (waiter.TryTake()) batch.Add(waiter);
            if (batch.Count == 0) freeLanes++;
            return batch;
        }
    }

    private sealed class Waiter
    {
        private const int Waiting = 0, Taken = 1, Cancelled = 2;

        private readonly TaskCompletionSource<TResult> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationToken cancellationToken;
        private readonly CancellationTokenRegistration registration;
        private int state;

        public Waiter(TRequest request, CancellationToken cancellationToken)
        {
            Request = request;
            this.cancellationToken = cancellationToken;
            registration = cancellationToken.UnsafeRegister(static self => ((Waiter)self!).Cancel(), this);
        }

        public TRequest Request { get; }

        public Task<TResult> Result => completion.Task;

        public bool TryTake()
        {
            if (Interlocked.CompareExchange(ref state, Taken, Waiting) != Waiting) return false;
            registration.Unregister();
            return true;
        }

        public void Succeed(TResult result) => completion.TrySetResult(result);

        public void Fail(Exception failure) => completion.TrySetException(failure);

        private void Cancel()
        {
            if (Interlocked.CompareExchange(ref state, Cancelled, Waiting) == Waiting)
                completion.TrySetCanceled(cancellationToken);
        }
    }
}
