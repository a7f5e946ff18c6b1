using System.Globalization;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.Server;

namespace Hangfire;

/// <summary>Lets a job run in the culture of whoever made it.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Method, AllowMultiple = false)]
public sealed class CaptureCultureAttribute : JobFilterAttribute, IClientFilter, IServerFilter
{
    private const string Culture = "CurrentCulture", UICulture = "CurrentUICulture", Previous = "PreviousCultures";

    public CaptureCultureAttribute()
        : this(defaultCultureName: null)
    {
    }

    public CaptureCultureAttribute(string? defaultCultureName, bool captureDefault = true)
        : this(defaultCultureName, defaultCultureName, captureDefault)
    {
    }

    /// <summary>A job without a stored culture runs in the default one; where that is not to be captured, it is not stored.</summary>
    public CaptureCultureAttribute(string? defaultCultureName, string? defaultUICultureName, bool captureDefault = true)
    {
        DefaultCultureName = defaultCultureName;
        DefaultUICultureName = defaultUICultureName;
        CaptureDefault = captureDefault;
    }

    public string? DefaultCultureName { get; }

    public string? DefaultUICultureName { get; }

    public bool CaptureDefault { get; }

    public void OnCreating(CreatingContext context)
    {
        Capture(context, Culture, CultureInfo.CurrentCulture.Name, DefaultCultureName);
        Capture(context, UICulture, CultureInfo.CurrentUICulture.Name, DefaultUICultureName);
    }

    public void OnCreated(CreatedContext context)
    {
        // The culture was stored with the job.
    }

    public void OnPerforming(PerformingContext context)
    {
        var culture = context.GetJobParameter<string>(Culture, allowStale: true) ?? DefaultCultureName;
        var uiCulture = context.GetJobParameter<string>(UICulture, allowStale: true) ?? DefaultUICultureName;
        context.Items[Previous] = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        if (Find(culture) is { } found) CultureInfo.CurrentCulture = found;
        if (Find(uiCulture) is { } foundUI) CultureInfo.CurrentUICulture = foundUI;
    }

    public void OnPerformed(PerformedContext context)
    {
        if (context.Items.TryGetValue(Previous, out var value) && value is (CultureInfo culture, CultureInfo uiCulture))
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, uiCulture);
    }

    private void Capture(CreatingContext context, string name, string culture, string? defaultCulture)
    {
        if (CaptureDefault || culture != defaultCulture) context.SetJobParameter(name, culture);
    }

    /// <summary>A culture that this machine does not know is no reason to fail a job.</summary>
    private static CultureInfo? Find(string? name)
    {
        try
        {
            return name is null ? null : CultureInfo.GetCultureInfo(name);
        }
        catch (CultureNotFoundException)
        {
            return null;
        }
    }
}
