using Microsoft.Playwright;

namespace Orchestrator.Tests.Support;

/// <summary>One Chromium of the system's for all tests. Where there is none, tests that need it are skipped.</summary>
internal static class TestBrowser
{
    private static readonly Lazy<Task<IBrowser>> Shared = new(LaunchAsync);

    private static IPlaywright? _playwright;

    /// <summary>A browser without cookies or history.</summary>
    public static async Task<IBrowserContext> OpenAsync(BrowserNewContextOptions? options = null)
    {
        if (Executable() is null)
        {
            Assert.Ignore("There is no Chromium on the PATH: apt-get install chromium");
        }

        return await (await Shared.Value).NewContextAsync(options);
    }

    /// <summary>Ends it, if it was started.</summary>
    public static async Task CloseAsync()
    {
        if (Shared.IsValueCreated)
        {
            await (await Shared.Value).CloseAsync();
            _playwright?.Dispose();
        }
    }

    private static async Task<IBrowser> LaunchAsync()
    {
        _playwright = await Playwright.CreateAsync();
        return await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable(),
            // Containers have a small /dev/shm, and root has no sandbox; it opens nothing but our own pages.
            Args = ["--disable-dev-shm-usage", "--no-sandbox"],
        });
    }

    private static string? Executable() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(static folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);
}
