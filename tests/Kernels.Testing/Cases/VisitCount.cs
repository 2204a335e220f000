using Xunit;

namespace Kernels.Testing;

/// <summary>Counts how often each row visits each key: with zero queries every visit weighs the same, and one-hot values tell the keys apart.</summary>
public static class VisitCount
{
    /// <summary>Asserts that <paramref name="problem"/>, which brings an index, visits every declared key once and no other.</summary>
    public static void AssertDeclared(AttentionCase problem, Device device)
    {
        // Storage of 16 bits would round the weights.
        var shape = problem.Shape with { QueryType = ElementType.Float32, KeyType = ElementType.Float32 };
        using var query = new GuardedTensor(device, ElementType.Float32, shape.Batch, shape.Queries, shape.QueryHeads, shape.HeadDim);
        using var key = new GuardedTensor(device, ElementType.Float32, shape.Batch, shape.Keys, shape.KeyHeads, shape.HeadDim);
        using var value = new GuardedTensor(device, ElementType.Float32, shape.Batch, shape.Keys, shape.KeyHeads, shape.HeadDim);
        using var output = new GuardedTensor(device, ElementType.Float32, shape.Batch, shape.Queries, shape.QueryHeads, shape.HeadDim);
        query.Write(new float[shape.Batch * shape.Queries * shape.QueryHeads * shape.HeadDim]);
        var zeros = new float[shape.Batch * shape.Keys * shape.KeyHeads * shape.HeadDim];
        key.Write(zeros);
        using var plan = problem.Kernel.Plan(device, shape);
        for (var first = 0; first < shape.Keys; first += shape.HeadDim)
        {
            var oneHot = (float[])zeros.Clone();
            for (var batch = 0; batch < shape.Batch; batch++)
            for (var j = first; j < Math.Min(first + shape.HeadDim, shape.Keys); j++)
            for (var head = 0; head < shape.KeyHeads; head++)
                oneHot[((batch * shape.Keys + j) * shape.KeyHeads + head) * shape.HeadDim + j - first] = 1;
            value.Write(oneHot);
            plan.Run(query.Tensor, key.Tensor, value.Tensor, output.Tensor, problem.Listed!.Index);
            Compare(problem, shape, first, output.Read(problem.Name));
        }
    }

    private static void Compare(AttentionCase problem, AttentionShape shape, int first, float[] weights)
    {
        for (var batch = 0; batch < shape.Batch; batch++)
        for (var i = 0; i < shape.Queries; i++)
        for (var head = 0; head < shape.QueryHeads; head++)
        {
            bool Declared(int j) =>
                (!problem.Kernel.Declaration.Causal || j <= i + problem.Offset) && problem.Listed!.Visits(shape.QueryHeads, batch, head, i + problem.Offset, j)
                && (problem.Mask is null || problem.Mask(batch, head, i + problem.Offset, j));
            var total = Enumerable.Range(0, shape.Keys).Count(Declared);
            for (var c = 0; c < Math.Min(shape.HeadDim, shape.Keys - first); c++)
            {
                var visits = weights[((batch * shape.Queries + i) * shape.QueryHeads + head) * shape.HeadDim + c] * total;
                Assert.True(Math.Abs(visits - (Declared(first + c) ? 1 : 0)) < 1e-3,
                    $"{problem.Name}: batch {batch}, head {head}, row {i} visits key {first + c} {visits} times");
            }
        }
    }
}
