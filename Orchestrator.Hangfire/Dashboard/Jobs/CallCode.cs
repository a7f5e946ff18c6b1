using System.Reflection;
using Hangfire.Common;
using Hangfire.Storage;
using Newtonsoft.Json.Linq;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>A job as the C# that would do the same.</summary>
internal static class CallCode
{
    private const int LongestArgument = 4000;

    public static NonEscapedString Render(Job job, InvocationData? stored)
    {
        var method = job.Method;
        var arguments = Arguments(job, stored);
        var call = Html($"{Awaited(method)}{(method.IsStatic ? Type(job.Type) : Html($"{Variable(job.Type)}"))}.{Token("method", method.Name)}{Generic(method)}({arguments});");
        return Html($"""
            <pre class="code"><code>{When(!string.IsNullOrEmpty(job.Type.Namespace), () => Html($"{Token("keyword", "using")} {job.Type.Namespace};\n\n"))}{When(!method.IsStatic, () =>
                Html($"{Token("keyword", "var")} {Variable(job.Type)} = Activate&lt;{Type(job.Type)}&gt;();\n"))}{call}</code></pre>
            """);
    }

    /// <summary>An argument as it is stored, or that it isn't shown, or what it will be.</summary>
    private static NonEscapedString Argument(ParameterInfo parameter, string? json)
    {
        if (Secrets.IsHidden(parameter)) return Html($"""<span class="hidden-value" title="The application hides it.">••••••</span>""");
        if (IsFilledIn(parameter.ParameterType)) return Html($"""<span class="faint" title="The worker fills it in.">{Name(parameter.ParameterType)}</span>""");
        if (json is null) return Token("keyword", "null");
        var shown = json.Length > LongestArgument ? json[..LongestArgument] + "…" : json;
        try
        {
            var value = JToken.Parse(json);
            if (parameter.ParameterType.IsEnum && value.Type == JTokenType.Integer)
                return Html($"{Type(parameter.ParameterType)}.{Enum.ToObject(parameter.ParameterType, value.ToObject<long>())}");
            return value.Type switch
            {
                JTokenType.String or JTokenType.Date => Token("string", shown),
                JTokenType.Boolean or JTokenType.Null => Token("keyword", shown),
                JTokenType.Object or JTokenType.Array => Html($"FromJson&lt;{Type(parameter.ParameterType)}&gt;({Token("string", shown)})"),
                _ => Token("number", shown),
            };
        }
        catch (Newtonsoft.Json.JsonException)
        {
            return Token("string", shown);
        }
    }

    private static NonEscapedString Arguments(Job job, InvocationData? stored)
    {
        var parameters = job.Method.GetParameters();
        var values = stored?.Arguments is { } json ? SerializationHelper.Deserialize<string?[]>(json) ?? [] : [];
        var shown = parameters.Select((parameter, index) => Argument(parameter, index < values.Length ? values[index] : null)).ToArray();
        var isLong = shown.Sum(static each => each.ToString().Length) > 200;
        return new(string.Join(isLong ? "," : ", ", shown.Select(each => (isLong ? "\n    " : "") + each)));
    }

    private static bool IsFilledIn(Type type) =>
        type == typeof(CancellationToken) || type == typeof(IJobCancellationToken) || type == typeof(Server.PerformContext);

    private static NonEscapedString Awaited(MethodInfo method) =>
        typeof(Task).IsAssignableFrom(method.ReturnType) || method.ReturnType == typeof(ValueTask) ? Html($"{Token("keyword", "await")} ") : Nothing;

    private static NonEscapedString Generic(MethodInfo method) =>
        method.IsGenericMethod ? Html($"&lt;{string.Join(", ", method.GetGenericArguments().Select(JobNames.Of))}&gt;") : Nothing;

    private static string Name(Type type) => type == typeof(CancellationToken) ? "CancellationToken.None" : JobNames.Of(type);

    private static NonEscapedString Type(Type type) => Token("type", JobNames.Of(type));

    private static string Variable(Type type)
    {
        var name = new string([.. type.Name.TakeWhile(char.IsLetterOrDigit)]);
        if (name is ['I', >= 'A' and <= 'Z', ..]) name = name[1..];
        return name.Length == 0 ? "job" : char.ToLowerInvariant(name[0]) + name[1..];
    }

    private static NonEscapedString Token(string kind, string text) => Html($"""<span class="token-{kind}">{text}</span>""");
}
