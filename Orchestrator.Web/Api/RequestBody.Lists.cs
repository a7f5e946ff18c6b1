using Orchestrator.Web.Api.Describing;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Inputs;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Web.Api;

/// <summary>Fields that are lists.</summary>
internal sealed partial class RequestBody
{
    /// <summary>A list of texts; null where it is missing.</summary>
    public string[]? Texts(string name, int maxCount, int maxLength, string about, IReadOnlyList<string> example)
    {
        _fields?.Add(Field.Texts(name, maxCount, maxLength, about, example));
        var value = Get(name);
        if (value.IsNullish)
        {
            return null;
        }

        var isFine = value.Kind == ValueKind.Array && value.AsArray().Count <= maxCount
            && value.AsArray().All(one => one.Kind == ValueKind.String && one.AsString().Length is var length && length > 0 && length <= maxLength);
        if (isFine)
        {
            return [.. value.AsArray().Select(one => StorableText.Of(one.AsString()))];
        }

        Wrong(name, $"has to be a list of up to {maxCount} strings of 1 to {maxLength} characters");
        return null;
    }

    /// <summary>A list of objects, each read by <paramref name="read"/>; null where it is missing or none.</summary>
    public IReadOnlyList<T>? List<T>(string name, int maxCount, Func<RequestBody, T> read, string about = "")
    {
        _fields?.Add(Field.List(name, maxCount, Describe(one => read(one)), about));
        var value = Get(name);
        if (value.IsNullish)
        {
            return null;
        }

        if (value.Kind != ValueKind.Array || value.AsArray().Count is var count && (count == 0 || count > maxCount))
        {
            Wrong(name, $"has to be a list of 1 to {maxCount} objects");
            return null;
        }

        return [.. value.AsArray().Select((one, place) => Element($"{name}[{place}]", one, read))];
    }

    /// <summary>An object with fields of its own, read by <paramref name="read"/>; null where it is missing.</summary>
    public T? Part<T>(string name, Func<RequestBody, T> read, string about, string example)
        where T : class
    {
        _fields?.Add(Field.Part(name, Describe(one => read(one)), about, example));
        return Get(name) is { IsNullish: false } value ? Element(name, value, read) : null;
    }

    private T Element<T>(string path, Value value, Func<RequestBody, T> read)
    {
        var isObject = value.Kind == ValueKind.Object;
        var element = new RequestBody(isObject ? value : Value.EmptyObject);
        var result = read(element);
        element.ReportUnknown();
        _problems.AddRange(isObject
            ? element._problems.Select(problem => problem with { Path = $"{path}.{problem.Path}" })
            : [new InputProblem(path, "has to be a JSON object")]);
        return result;
    }
}
