using System.Numerics;

namespace Orchestrator.Workflows.Graph;

/// <summary>Which steps lie upstream of which, as bit sets: an eighth of a byte for each pair.</summary>
internal sealed class Ancestry
{
    private const int BitsPerWord = 64;

    private readonly ulong[][] _above;

    public Ancestry(StepGraph graph)
    {
        var words = (graph.Count + BitsPerWord - 1) / BitsPerWord;
        _above = new ulong[graph.Count][];
        foreach (var step in graph.Order)
        {
            var above = new ulong[words];
            foreach (var parent in graph.Parents(step))
            {
                above[parent / BitsPerWord] |= 1UL << (parent % BitsPerWord);
                var farther = _above[parent];
                for (var word = 0; word < words; word++)
                {
                    above[word] |= farther[word];
                }
            }

            _above[step] = above;
        }
    }

    /// <summary>Whether <paramref name="step"/> starts only after <paramref name="earlier"/> has ended.</summary>
    public bool IsAbove(int earlier, int step) => (_above[step][earlier / BitsPerWord] >> (earlier % BitsPerWord) & 1) != 0;

    public int CountAbove(int step) => _above[step].Sum(BitOperations.PopCount);

    /// <summary>All steps upstream, ascending.</summary>
    public IEnumerable<int> Above(int step)
    {
        for (var word = 0; word < _above[step].Length; word++)
        {
            for (var bits = _above[step][word]; bits != 0; bits &= bits - 1)
            {
                yield return (word * BitsPerWord) + BitOperations.TrailingZeroCount(bits);
            }
        }
    }
}
