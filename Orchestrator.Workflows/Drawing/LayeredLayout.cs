using Orchestrator.Workflows.Graph;

namespace Orchestrator.Workflows.Drawing;

/// <summary>A place in a drawing: column and height are in units of one column and one row.</summary>
public readonly record struct Place(int Layer, double Row);

/// <summary>
/// Where the steps of a graph go, in columns from left to right: a step stands one column right of the farthest step
/// that it depends on (longest path). Within a column the order follows the neighbours' (barycentres, swept to and fro),
/// which untangles most crossings; an edge over several columns passes each at a place of its own. Pure and determined.
/// <para>After Sugiyama, Tagawa and Toda (1981).</para>
/// </summary>
public sealed class LayeredLayout
{
    /// <summary>Steps and passing places that are drawn at most: beyond it nobody reads a drawing.</summary>
    public const int MaxSteps = 500;

    private const int MaxPlaces = 10_000;
    private const int Sweeps = 8;

    private readonly List<List<int>> _layers = [];
    private readonly List<List<int>> _before = [];
    private readonly List<List<int>> _after = [];
    private readonly List<int> _layerOf = [];
    private readonly List<double> _rows = [];

    private LayeredLayout(StepGraph graph)
    {
        foreach (var step in Enumerable.Range(0, graph.Count))
        {
            AddPlace(0);
        }

        foreach (var step in graph.Order)
        {
            _layerOf[step] = graph.Parents(step).Select(parent => _layerOf[parent] + 1).DefaultIfEmpty(0).Max();
        }

        Edges = [.. from parent in Enumerable.Range(0, graph.Count)
                    from child in graph.Children(parent)
                    select (new Edge(parent, child), Connect(parent, child))];
        Order();
        Spread();
        Steps = [.. Enumerable.Range(0, graph.Count).Select(At)];
    }

    /// <summary>The steps' places, by index.</summary>
    public IReadOnlyList<Place> Steps { get; }

    /// <summary>The edges, each with the places of its ends and those that it passes.</summary>
    public IReadOnlyList<(Edge Edge, int[] Through)> Edges { get; }

    /// <summary>Number of columns.</summary>
    public int Columns => _layers.Count;

    /// <summary>Height of the highest column, in rows.</summary>
    public double Rows => _rows.Count == 0 ? 0 : _rows.Max() + 1;

    /// <summary>A place by its number: a step's index, or one that an edge passes.</summary>
    public Place At(int place) => new(_layerOf[place], _rows[place]);

    /// <exception cref="DrawingTooLargeException">There are too many steps, or edges over too many columns.</exception>
    public static LayeredLayout Of(StepGraph graph) => graph.Count <= MaxSteps
        ? new LayeredLayout(graph)
        : throw new DrawingTooLargeException($"{graph.Count} steps are too many to be drawn; at most {MaxSteps} are.");

    private int AddPlace(int layer)
    {
        if (_layerOf.Count == MaxPlaces)
        {
            throw new DrawingTooLargeException("Too many edges over too many columns to be drawn.");
        }

        _layerOf.Add(layer);
        _before.Add([]);
        _after.Add([]);
        _rows.Add(0);
        return _layerOf.Count - 1;
    }

    private int[] Connect(int parent, int child)
    {
        List<int> through = [parent];
        for (var layer = _layerOf[parent] + 1; layer < _layerOf[child]; layer++)
        {
            through.Add(AddPlace(layer));
        }

        through.Add(child);
        for (var i = 1; i < through.Count; i++)
        {
            _after[through[i - 1]].Add(through[i]);
            _before[through[i]].Add(through[i - 1]);
        }

        return [.. through];
    }

    private void Order()
    {
        for (var place = 0; place < _layerOf.Count; place++)
        {
            while (_layers.Count <= _layerOf[place])
            {
                _layers.Add([]);
            }

            _rows[place] = _layers[_layerOf[place]].Count;
            _layers[_layerOf[place]].Add(place);
        }

        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var forward = sweep % 2 == 0;
            foreach (var layer in forward ? Enumerable.Range(1, Math.Max(0, Columns - 1)) : Enumerable.Range(0, Math.Max(0, Columns - 1)).Reverse())
            {
                _layers[layer] = [.. _layers[layer].OrderBy(place => Middle(place, forward ? _before : _after)).ThenBy(place => _rows[place])];
                for (var row = 0; row < _layers[layer].Count; row++)
                {
                    _rows[_layers[layer][row]] = row;
                }
            }
        }
    }

    /// <summary>Draws each place towards its neighbours, without changing the order or coming nearer than a row.</summary>
    private void Spread()
    {
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            foreach (var layer in sweep % 2 == 0 ? _layers : Enumerable.Reverse(_layers))
            {
                var wanted = layer.ConvertAll(place => Middle(place, sweep % 2 == 0 ? _before : _after));
                var above = double.NegativeInfinity;
                for (var i = 0; i < layer.Count; i++)
                {
                    _rows[layer[i]] = above = Math.Max(wanted[i], above + 1);
                }

                // What was pushed down only by those above is as far from its wish as they are: the column shares it.
                var pushed = layer.Select((place, i) => _rows[place] - wanted[i]).DefaultIfEmpty(0).Average();
                layer.ForEach(place => _rows[place] -= pushed);
            }
        }

        var top = _rows.DefaultIfEmpty(0).Min();
        for (var place = 0; place < _rows.Count; place++)
        {
            _rows[place] -= top;
        }
    }

    private double Middle(int place, List<List<int>> neighbours) =>
        neighbours[place].Count == 0 ? _rows[place] : neighbours[place].Average(one => _rows[one]);
}
