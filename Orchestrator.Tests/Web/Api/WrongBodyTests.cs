using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Tests.Support;
using Orchestrator.Web.Api.Describing;

namespace Orchestrator.Tests.Web.Api;

/// <summary>Whatever is sent to whatever takes a body: a problem that is the sender's, and the service goes on.</summary>
[TestFixture]
internal sealed class WrongBodyTests : ApiFixture
{
    private static readonly (string Name, byte[] Body, string Type)[] Bodies =
    [
        ("truncated", "{\"workflow_key\": \"gre"u8.ToArray(), "application/json"),
        ("a string", "\"text\""u8.ToArray(), "application/json"),
        ("a number", "1e999999"u8.ToArray(), "application/json"),
        ("nested arrays", Times("[", 100_000), "application/json"),
        ("nested objects", Times("{\"a\":", 100_000), "application/json"),
        ("nested member", [.. "{\"workflow_key\": "u8, .. Times("[", 100_000), .. Times("]", 100_000), .. "}"u8], "application/json"),
        ("duplicate members", "{\"workflow_key\": \"greet\", \"workflow_key\": \"greet\", \"payload\": {\"name\": \"a\"}}"u8.ToArray(), "application/json"),
        ("invalid UTF-8", [.. "{\"workflow_key\": \""u8, 0xC3, 0x28, .. "\"}"u8], "application/json"),
        ("NUL", [.. "{\"workflow_key\": \"a"u8, 0, .. "b\"}"u8], "application/json"),
        ("escaped NUL", "{\"workflow_key\": \"a\\u0000b\"}"u8.ToArray(), "application/json"),
        ("lone surrogate", "{\"workflow_key\": \"\\ud800\"}"u8.ToArray(), "application/json"),
        ("oversized", Times(" ", 3 << 20), "application/json"),
        ("XML", "<a/>"u8.ToArray(), "application/xml"),
        ("another charset", "{}"u8.ToArray(), "application/json; charset=utf-32"),
    ];

    [Test]
    public async Task Every_route_that_takes_a_body_refuses_it_and_the_service_goes_on()
    {
        var wrong = new List<string>();
        foreach (var route in BodyRoutes())
        {
            foreach (var (name, body, type) in Bodies)
            {
                using var request = new HttpRequestMessage(new HttpMethod(route.Method), route.Path(_ => null)) { Content = new ByteArrayContent(body) };
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);

                // A service that answers before it has read a large body cuts it off.
                request.Headers.ExpectContinue = body.Length > 1 << 20;
                using var response = await Service.Client.SendAsync(request);
                var answer = await ApiAnswer.OfAsync(response);
                if (!IsRightAnswer(route, answer))
                {
                    wrong.Add($"{route} with {name}: {(int)answer.Status} {answer.ContentType} {answer.Text}");
                }
            }
        }

        wrong.Should().BeEmpty();
        await ExpectAliveAsync();
    }

    [Test]
    public async Task Body_without_an_end_is_cut_off()
    {
        foreach (var route in BodyRoutes())
        {
            (await SendEndlessAsync(route)).Should().MatchRegex("^HTTP/1.1 4[0-9]{2} |^closed$", route.ToString());
        }

        await ExpectAliveAsync();
    }

    [TestCase("Bearer ")]
    [TestCase("Bearer \u00FC\u00FC")]
    [TestCase("Bearer a b c")]
    [TestCase("bearer null")]
    [TestCase("Bearer eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ.")]
    [TestCase("Basic YWRtaW46YWRtaW4=")]
    [TestCase("nonsense")]
    public async Task Wrong_token_is_401(string header)
    {
        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = Service.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runs") { Content = new StringContent("{}") };
        request.Headers.TryAddWithoutValidation("Authorization", header);
        using var response = await client.SendAsync(request);

        (await ApiAnswer.OfAsync(response)).ShouldBeProblem(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Very_long_token_is_refused()
    {
        using var client = new HttpClient { BaseAddress = Service.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", new string('x', 20_000));
        using var response = await client.PostAsync("/api/runs", new StringContent("{}"));

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private IReadOnlyList<MappedRoute> BodyRoutes()
    {
        var routes = MappedRoute.Of(Service).Where(route =>
            route.Endpoint.Metadata.GetMetadata<BodyDescription>() is not null || route.Endpoint.Metadata.GetMetadata<TextBody>() is not null).ToArray();
        routes.Select(route => route.ToString()).Should().Contain(["POST /api/runs", "PUT /api/workflows/{key}", "POST /api/keys"]);
        return routes;
    }

    /// <summary>A checker answers what is wrong with a file as its result.</summary>
    private static bool IsRightAnswer(MappedRoute route, ApiAnswer answer) =>
        ((int)answer.Status is >= 400 and < 500 && answer.ContentType == "application/problem+json" && answer.Body["detail"] is not null)
        || (route.Pattern.EndsWith("/validate", StringComparison.Ordinal) && answer.Status == HttpStatusCode.OK && !(bool)answer.Body["ok"]!);

    private async Task ExpectAliveAsync() =>
        (await Service.EndAsync(new(Guid.Parse(await DispatchAsync())))).Status.Should().Be("success");

    /// <summary>Chunks, until the service says that it is enough: the answer's status line, or that it hung up.</summary>
    private async Task<string> SendEndlessAsync(MappedRoute route)
    {
        using var client = new TcpClient(Service.Address.Host, Service.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"{route.Method} {route.Path(_ => null)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TestService.AdminKey}\r\n" +
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"));
        var answer = ReadLineAsync(stream);
        var chunk = Encoding.ASCII.GetBytes($"10000\r\n{new string(' ', 0x10000)}\r\n");
        while (!answer.IsCompleted)
        {
            try
            {
                await stream.WriteAsync(chunk);
            }
            catch (IOException)
            {
                break;
            }
        }

        return await answer;
    }

    private static async Task<string> ReadLineAsync(NetworkStream stream)
    {
        try
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            return await reader.ReadLineAsync() ?? "closed";
        }
        catch (IOException)
        {
            return "closed";
        }
    }

    private static byte[] Times(string text, int count) => Encoding.ASCII.GetBytes(new StringBuilder(text.Length * count).Insert(0, text, count).ToString());
}
