using Newtonsoft.Json;

namespace Hangfire.Storage;

/// <summary>A job as one JSON object, in the long names that are written and the short ones that may be read.</summary>
internal sealed class InvocationPayload
{
    public string? Type { get; set; }

    public string? Method { get; set; }

    public string? ParameterTypes { get; set; }

    [JsonProperty(NullValueHandling = NullValueHandling.Ignore)]
    public string? Arguments { get; set; }

    [JsonProperty(NullValueHandling = NullValueHandling.Ignore)]
    public string? Queue { get; set; }

    [JsonProperty("t")]
    private string? ShortType { set => Type = value; }

    [JsonProperty("m")]
    private string? ShortMethod { set => Method = value; }

    [JsonProperty("p")]
    private string[]? ShortParameterTypes { set => ParameterTypes = JsonConvert.SerializeObject(value); }

    [JsonProperty("a")]
    private string?[]? ShortArguments { set => Arguments = JsonConvert.SerializeObject(value); }

    [JsonProperty("q")]
    private string? ShortQueue { set => Queue = value; }

    public static InvocationPayload From(InvocationData data, bool excludeArguments) => new()
    {
        Type = data.Type,
        Method = data.Method,
        ParameterTypes = data.ParameterTypes,
        Arguments = excludeArguments ? null : data.Arguments,
        Queue = data.Queue,
    };

    public InvocationData ToInvocationData() => new(
        Type ?? throw new JsonSerializationException("The stored job names no type."),
        Method ?? throw new JsonSerializationException("The stored job names no method."),
        ParameterTypes ?? "[]",
        Arguments,
        Queue);
}
