using System.Globalization;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Workflows.Inputs;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Web.Api;

/// <summary>
/// The parameters of an address, read one by one. A parameter that nobody knows would be a filter that is silently not
/// applied: it is refused, as wrong ones are, all at once. The same reading describes them (<see cref="Describe"/>).
/// </summary>
internal sealed class RequestQuery
{
    private readonly IQueryCollection _query;
    private readonly List<Field>? _fields;
    private readonly HashSet<string> _known = [];
    private readonly List<InputProblem> _problems = [];

    public RequestQuery(HttpRequest request) => _query = request.Query;

    private RequestQuery(List<Field> fields) => (_query, _fields) = (QueryCollection.Empty, fields);

    /// <summary>The parameters that <paramref name="read"/> asks for: it is run on an address that only listens.</summary>
    public static IReadOnlyList<Field> Describe(Action<RequestQuery> read)
    {
        var fields = new List<Field>();
        read(new RequestQuery(fields));
        return fields;
    }

    public string? Text(string name, string about = "")
    {
        _fields?.Add(Field.Text(name, ApiLimits.MaxIdLength, false, about, null));
        return Get(name);
    }

    /// <summary>One of the words; the error lists them.</summary>
    public string? OneOf(string name, IEnumerable<string> words, string about = "")
    {
        _fields?.Add(Field.Word(name, words, false, about, null));
        return Get(name) is not { } text || words.Contains(text) ? Get(name) : Wrong<string>(name, $"has to be one of {string.Join(", ", words)}");
    }

    public int? Integer(string name, int min, int max, string about = "")
    {
        _fields?.Add(Field.Integer(name, min, max, about));
        if (Get(name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : Wrong<int?>(name, $"has to be {min} to {max}");
    }

    /// <summary>An id that the database has counted.</summary>
    public long? Number(string name, string about = "")
    {
        _fields?.Add(Field.Number(name, about));
        if (Get(name) is not { } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : Wrong<long?>(name, "has to be the id of an earlier answer");
    }

    /// <summary>Entries a page.</summary>
    /// <param name="usual">Where nothing else is asked for.</param>
    public int Limit(int usual = 50) => Integer("limit", 1, ApiLimits.MaxPage, $"Entries a page; {usual} unless said.") ?? usual;

    public Guid? Id(string name, string about = "")
    {
        _fields?.Add(Field.Id(name, about));
        if (Get(name) is not { } text)
        {
            return null;
        }

        return Guid.TryParse(text, out var id) ? id : Wrong<Guid?>(name, "has to be the id of an earlier answer");
    }

    public DateTime? Time(string name, string about = "")
    {
        _fields?.Add(Field.Time(name, about));
        if (Get(name) is not { } text)
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.UtcDateTime
            : Wrong<DateTime?>(name, "has to be a time such as 2026-11-21T07:00:00Z");
    }

    /// <summary>Everything wrong with the parameters that were asked for, and those that nobody asked for; null: nothing.</summary>
    public IResult? Problem()
    {
        foreach (var name in _query.Keys.Where(name => !_known.Contains(name)))
        {
            var nearest = Nearest.Find(name, _known);
            Wrong<string>(name, nearest is null ? "is not known" : $"is not known; did you mean '{nearest}'?");
        }

        return _problems.Count == 0 ? null : Problems.Of(
            StatusCodes.Status400BadRequest, "Wrong parameters",
            Problems.Said(_problems), _problems);
    }

    private string? Get(string name)
    {
        _known.Add(name);
        return _query[name].ToString() is { Length: > 0 } text ? StorableText.Of(text) : null;
    }

    private T? Wrong<T>(string name, string message)
    {
        _problems.Add(new InputProblem(name, message));
        return default;
    }
}
