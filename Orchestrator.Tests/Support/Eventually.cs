namespace Orchestrator.Tests.Support;

/// <summary>Waits for something that another process or thread brings about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <summary>Returns as soon as <paramref name="look"/> finds something; after <paramref name="seconds"/> it fails.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> look, string what, int seconds = 60)
        where T : class
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            try
            {
                await timer.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{what} did not come about within {seconds} s.");
            }
        }
    }

    /// <inheritdoc cref="GetAsync{T}"/>
    public static Task IsTrueAsync(Func<Task<bool>> look, string what, int seconds = 60) =>
        GetAsync(async () => await look() ? "yes" : null, what, seconds);
}
