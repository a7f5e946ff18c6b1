using Hangfire;
using Hangfire.Dashboard;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Web.Auth;
using Orchestrator.Web.Runs;

namespace Orchestrator.Web.Hosting;

/// <summary>Mounts Hangfire's dashboard for those who have signed in; who may only look sees no commands.</summary>
internal static class Dashboards
{
    public const string HangfirePath = "/hangfire";

    private static int _isMenuExtended;

    public static void MapDashboards(this WebApplication app)
    {
        if (app.Services.GetRequiredService<OrchestratorOptions>().Role == OrchestratorRole.Worker)
        {
            return;
        }

        app.MapCookieSignIn();

        // The menu is the process's, and a process may have several hosts.
        if (Interlocked.Exchange(ref _isMenuExtended, 1) == 0)
        {
            DashboardRoutes.Routes.AddRazorPage(RunSearchPage.Path, _ => new RunSearchPage());
            GlobalConfiguration.Configuration.UseJobDetailsRenderer(0, StepJobDetails.Render);
            NavigationMenu.Items.Add(page => new MenuItem("Runs", page.Url.To(RunSearchPage.Path))
            {
                Active = page.RequestPath.StartsWith(RunSearchPage.Path, StringComparison.OrdinalIgnoreCase),
            });
            NavigationMenu.Items.Add(_ => new MenuItem("Sign out", CookieSignIn.LogoutPath));
        }

        app.MapHangfireDashboardWithAuthorizationPolicy(CookieSignIn.Policy, HangfirePath, new DashboardOptions
        {
            AppPath = null,
            DashboardTitle = "Orchestrator jobs",
            DefaultRecordsPerPage = 20,
            IsReadOnlyFunc = context => !context.GetHttpContext().User.MayCommand(),
        }).ForBrowsers();
    }
}
