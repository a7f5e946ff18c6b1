using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Jobs.Access;
using Orchestrator.Tests.Support;
using Orchestrator.Web.Api;
using Orchestrator.Web.Api.Describing;

namespace Orchestrator.Tests.Web.Api;

/// <summary>The document says what the running service does, of every route.</summary>
[TestFixture]
internal sealed class OpenApiTests : ApiFixture
{
    private const string File = "docs/openapi.json";
    private const string Update = "ORCHESTRATOR_UPDATE_DOCS";
    private const string Self = "/openapi/v1.json";

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private JsonNode _document = null!;

    private IEnumerable<MappedRoute> Routes => MappedRoute.Of(Service).Where(route => route.Pattern != Self);

    [OneTimeSetUp]
    public async Task ReadAsync() => _document = (await GetAsync(Self)).Body;

    [Test]
    public void Every_route_is_in_it_and_nothing_else() => Operations().Select(one => one.Name).Should().BeEquivalentTo(
        Routes.Select(route => $"{route.Method} {DocumentPath(route)}"));

    [Test]
    public void Every_operation_has_a_summary_an_answer_with_a_schema_and_an_id_of_its_own()
    {
        Operations().Where(one => (string?)one.Node["summary"] is null or "").Select(one => one.Name).Should().BeEmpty();
        Operations().Where(one => !Answers(one.Node).Any(answer => answer.Status is >= 200 and < 300 && answer.Media?["schema"] is not null))
            .Select(one => one.Name).Should().BeEmpty();
        Operations().Select(one => (string)one.Node["operationId"]!).Should().OnlyHaveUniqueItems();
    }

    [Test]
    public void Every_json_answer_has_an_example() => Operations()
        .SelectMany(one => Answers(one.Node).Where(answer => answer is { Status: < 300, Type: "application/json" } && answer.Media!["example"] is null)
            .Select(answer => $"{one.Name} {answer.Status}")).Should().BeEmpty();

    [Test]
    public void Every_refusal_is_a_problem() => Operations()
        .SelectMany(one => Answers(one.Node).Where(answer => answer.Status >= 400 && answer is not { Status: 503, Type: "application/json" })
            .Where(answer => answer.Type != Problems.ContentType).Select(answer => $"{one.Name} {answer.Status}")).Should().BeEmpty();

    [Test]
    public void Each_operation_says_whom_it_lets_in_and_how_a_write_is_named()
    {
        foreach (var route in Routes)
        {
            var operation = _document["paths"]![DocumentPath(route)]![route.Method.ToLowerInvariant()]!;
            var hasKey = operation["parameters"]?.AsArray().Any(parameter => (string)parameter!["name"]! == "Idempotency-Key") == true;

            (operation["security"] is not null).Should().Be(!route.IsAnonymous, route.ToString());
            hasKey.Should().Be(route.Method != "GET" && !route.IsAnonymous, route.ToString());
            if (route.Role is { } role)
            {
                ((string)operation["description"]!).Should().StartWith($"Role: {role.Word()}.");
            }
        }

        _document["components"]!["securitySchemes"]!["bearer"].Should().NotBeNull();
    }

    [Test]
    public void Every_reference_leads_somewhere()
    {
        var references = Nodes(_document).OfType<JsonObject>().Select(node => node["$ref"]).OfType<JsonValue>().Select(value => (string)value!).Distinct().ToList();

        references.Should().NotBeEmpty();
        references.Where(reference => Follow(reference) is null).Should().BeEmpty();
        Operations().SelectMany(one => one.Node["tags"]!.AsArray()).Select(tag => (string)tag!).Distinct()
            .Should().BeEquivalentTo(_document["tags"]!.AsArray().Select(tag => (string)tag!["name"]!));
    }

    [Test]
    public async Task The_example_of_each_request_is_one_that_its_route_takes()
    {
        var wrong = new List<string>();
        foreach (var route in Routes)
        {
            var content = _document["paths"]![DocumentPath(route)]![route.Method.ToLowerInvariant()]!["requestBody"]?["content"]?.AsObject().Single();
            if (content is not { } body)
            {
                continue;
            }

            var example = body.Value!["example"];
            using var request = new HttpRequestMessage(new HttpMethod(route.Method), route.Path(name => name is "key" ? Examples.WorkflowKey : null));
            request.Content = new StringContent(example is JsonValue text ? (string)text! : example?.ToJsonString() ?? "", Encoding.UTF8, body.Key);
            using var response = await Service.Client.SendAsync(request);
            if (example is null || response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.UnsupportedMediaType)
            {
                wrong.Add($"{route}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            }
        }

        wrong.Should().BeEmpty();
    }

    [Test]
    public void A_body_has_the_members_that_are_read()
    {
        var schema = _document["paths"]!["/api/keys"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!;

        schema["properties"]!.AsObject().Select(member => member.Key).Should().Equal("name", "role", "expires_at");
        schema["required"]!.AsArray().Select(name => (string)name!).Should().Equal("name", "role");
        schema["properties"]!["role"]!["enum"]!.AsArray().Select(word => (string)word!).Should().Equal("viewer", "operator", "admin");
    }

    [Test]
    public void The_committed_document_is_the_services()
    {
        var path = Path.Combine(Root(), File);
        var now = _document.ToJsonString(Readable) + "\n";
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            System.IO.File.WriteAllText(path, now);
        }

        System.IO.File.ReadAllText(path).Should().Be(now, $"'{Update}=1 dotnet test --filter OpenApiTests' makes {File}");
    }

    [Test]
    public async Task It_is_for_every_token_and_its_page_for_everybody()
    {
        using var viewer = await Service.CreateClientAsync(Role.Viewer, "reader");
        using var nobody = Service.CreateClient(null);
        using var page = await nobody.GetAsync("/swagger/index.html");
        var html = await page.Content.ReadAsStringAsync();

        (await viewer.GetAsync(Self)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await nobody.GetAsync(Self)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        page.StatusCode.Should().Be(HttpStatusCode.OK);
        html.Should().NotContain("http://").And.NotContain("https://").And.NotContain("src=\"//");
        (await nobody.GetAsync("/swagger/swagger-ui-bundle.js")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static string DocumentPath(MappedRoute route) => route.Path(name => $"{{{name}}}");

    private static IEnumerable<(int Status, string? Type, JsonNode? Media)> Answers(JsonNode operation) =>
        operation["responses"]!.AsObject().Select(answer =>
            (int.Parse(answer.Key), answer.Value!["content"]?.AsObject().First().Key, answer.Value!["content"]?.AsObject().First().Value));

    private static IEnumerable<JsonNode> Nodes(JsonNode? node) => node switch
    {
        JsonObject members => [members, .. members.SelectMany(member => Nodes(member.Value))],
        JsonArray items => items.SelectMany(Nodes),
        _ => [],
    };

    private static string Root()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (!System.IO.File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }

    private IEnumerable<(string Name, JsonNode Node)> Operations() => _document["paths"]!.AsObject().SelectMany(path =>
        path.Value!.AsObject().Select(operation => ($"{operation.Key.ToUpperInvariant()} {path.Key}", operation.Value!)));

    private JsonNode? Follow(string reference) =>
        reference.Split('/').Skip(1).Aggregate((JsonNode?)_document, (node, name) => node?[name.Replace("~1", "/", StringComparison.Ordinal)]);
}
