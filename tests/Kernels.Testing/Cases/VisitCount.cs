using Xunit;

namespace Kernels.Testing;

/// <summary>Counts how often each row visits each key: with zero queries every visit weighs the same, and one-hot values tell the keys apart.</summary>
public static class VisitCount
{
    /// <summary>Asserts that <paramref name="problem"/>, whose kernel selects nothing and keeps scores as they are, visits every declared key once and no other.</summary>
    public static void AssertDeclared(AttentionCase problem, Device device)
    {
        // Storage of 16 bits would round the weights.
        problem = problem with { Shape = problem.Shape with { QueryType = ElementType.Float32, KeyType = ElementType.Float32 } };
        var (shape, sequences) = (problem.Shape, problem.Sequences);
        using var tensors = new AttentionTensors(problem, device);
        var row = shape.KeyHeads * shape.HeadDim;
        var zeros = new float[sequences.Sum(sequence => sequence.Keys) * row];
        tensors.Write(new float[sequences.Sum(sequence => sequence.Queries) * shape.QueryHeads * shape.HeadDim], zeros, zeros);
        using var plan = problem.Kernel.Plan(device, shape);
        for (var first = 0; first < shape.Keys; first += shape.HeadDim)
        {
            var oneHot = (float[])zeros.Clone();
            foreach (var sequence in sequences)
            for (var j = first; j < Math.Min(first + shape.HeadDim, sequence.Keys); j++)
            for (var head = 0; head < shape.KeyHeads; head++)
                oneHot[(sequence.FirstKey + j) * row + head * shape.HeadDim + j - first] = 1;
            tensors.WriteValues(oneHot);
            tensors.Run(plan);
            Compare(problem, first, tensors.Output.Read(problem.Name));
        }
    }

    private static void Compare(AttentionCase problem, int first, float[] weights)
    {
        var (shape, sequences) = (problem.Shape, problem.Sequences);
        for (var batch = 0; batch < sequences.Length; batch++)
        for (var i = 0; i < sequences[batch].Queries; i++)
        for (var head = 0; head < shape.QueryHeads; head++)
        {
            var position = i + sequences[batch].Offset;
            bool Declared(int j) =>
                (!problem.Kernel.Declaration.Causal || j <= position) && (problem.Listed is null || problem.Listed.Visits(shape.QueryHeads, batch, head, position, j))
                && (problem.Mask is null || problem.Mask(batch, head, position, j));
            var total = Enumerable.Range(0, sequences[batch].Keys).Count(Declared);
            for (var c = 0; c < Math.Min(shape.HeadDim, sequences[batch].Keys - first); c++)
            {
                var visits = weights[((sequences[batch].FirstQuery + i) * shape.QueryHeads + head) * shape.HeadDim + c] * total;
                Assert.True(Math.Abs(visits - (Declared(first + c) ? 1 : 0)) < 1e-3,
                    $"{problem.Name}: batch {batch}, head {head}, row {i} visits key {first + c} {visits} times");
            }
        }
    }
}
