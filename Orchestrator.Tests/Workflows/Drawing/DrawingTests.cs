using System.Xml.Linq;
using Orchestrator.Workflows.Drawing;
using Orchestrator.Workflows.Graph;

namespace Orchestrator.Tests.Workflows.Drawing;

public sealed class DrawingTests
{
    [Test]
    public void Steps_stand_right_of_what_they_depend_on_and_apart_from_each_other([Range(0, 49)] int seed)
    {
        var random = new Random(seed);
        var count = random.Next(1, 80);
        var edges = from child in Enumerable.Range(0, count)
                    from parent in Enumerable.Range(0, child)
                    where random.NextDouble() < 3.0 / count
                    select new Edge(parent, child);
        var graph = StepGraph.Create(count, edges.ToArray());
        var layout = LayeredLayout.Of(graph);

        layout.Edges.Should().NotContain(one => layout.Steps[one.Edge.Parent].Layer >= layout.Steps[one.Edge.Child].Layer);
        layout.Edges.Should().NotContain(one => one.Through.Length != layout.Steps[one.Edge.Child].Layer - layout.Steps[one.Edge.Parent].Layer + 1);
        var places = layout.Edges.SelectMany(one => one.Through).Concat(Enumerable.Range(0, count)).Distinct().Select(layout.At).ToArray();
        foreach (var column in places.GroupBy(place => place.Layer))
        {
            var rows = column.Select(place => place.Row).Order().ToArray();
            rows.Zip(rows.Skip(1), (one, next) => next - one).Should().NotContain(gap => gap < 0.999);
            rows.Should().OnlyContain(row => row >= 0 && row <= layout.Rows - 0.999);
        }
    }

    [Test]
    public void A_tangle_is_undone()
    {
        // 0 → 5, 1 → 4, 2 → 3: in the file's order every edge crosses the others.
        var layout = LayeredLayout.Of(StepGraph.Create(6, [new Edge(0, 5), new Edge(1, 4), new Edge(2, 3)]));

        layout.Edges.Should().OnlyContain(one => Math.Abs(layout.At(one.Through[0]).Row - layout.At(one.Through[1]).Row) < 0.001);
    }

    [Test]
    public void A_fan_is_centred()
    {
        var layout = LayeredLayout.Of(StepGraph.Create(5, [new Edge(0, 1), new Edge(0, 2), new Edge(0, 3), new Edge(1, 4), new Edge(2, 4), new Edge(3, 4)]));

        layout.Steps.Select(place => (place.Layer, Math.Round(place.Row, 3))).Should().Equal((0, 1), (1, 0), (1, 1), (1, 2), (2, 1));
    }

    [Test]
    public void An_image_names_every_step_and_escapes_what_it_is_told()
    {
        var graph = StepGraph.Create(3, [new Edge(0, 1), new Edge(1, 2), new Edge(0, 2)]);
        var svg = XDocument.Parse(SvgDrawing.Write(
            graph,
            [
                new DrawnStep("a", "<script>alert(1)</script>\u0001", "http", "dead", 5),
                new DrawnStep("b", "a name & much more than fits into the box of a step", "http", "success", 1),
                new DrawnStep("c", null, "transform", "waiting"),
            ],
            "it's <my> & \"yours\""));
        XNamespace ns = "http://www.w3.org/2000/svg";
        var boxes = svg.Root!.Elements(ns + "g").ToArray();

        svg.Descendants(ns + "script").Should().BeEmpty();
        boxes.Select(box => (string)box.Attribute("class")!).Should().Equal("dead", "success", "waiting");
        boxes[0].Element(ns + "title")!.Value.Should().Be("a · <script>alert(1)</script>\uFFFD · http · dead · 5 attempts");
        boxes.SelectMany(box => box.Elements(ns + "text")).Select(text => text.Value).Should().Equal(
            "<script>alert(1)</script>\uFFFD", "a · dead · 5×", "a name & much more than f…", "b · success", "c", "transform · waiting");
        svg.Root.Elements(ns + "path").Should().HaveCount(3);
        svg.Root.Element(ns + "title")!.Value.Should().Be("it's <my> & \"yours\"");
    }

    [Test]
    public void What_is_too_large_is_refused()
    {
        var many = () => SvgDrawing.Write(StepGraph.Create(501, []), [], "many");
        var tangled = () => LayeredLayout.Of(StepGraph.Create(
            400, Enumerable.Range(0, 399).Select(step => new Edge(step, step + 1)).Concat(Enumerable.Range(0, 300).Select(step => new Edge(step, 399)))));

        many.Should().Throw<DrawingTooLargeException>().WithMessage("*501*500*");
        tangled.Should().Throw<DrawingTooLargeException>();
    }

    [Test]
    public void Mermaid_text_holds_steps_and_edges()
    {
        var graph = StepGraph.Create(2, [new Edge(0, 1)]);

        MermaidText.Write(graph, [new DrawnStep("a", "say \"hi\"<br>`x`", "http"), new DrawnStep("b", null, "transform")]).Should().Be("""
            flowchart LR
              s0["a · say #34;hi#34;#60;br#62;#96;x#96; · http"]
              s1["b · transform"]
              s0 --> s1

            """);
        MermaidText.Write(graph, [new DrawnStep("a", null, "http", "success", 1), new DrawnStep("b", null, "http", "dead", 2)])
            .Should().Contain("s1[\"b · http · dead · 2 attempts\"]:::dead").And.Contain("classDef dead ");
    }
}
