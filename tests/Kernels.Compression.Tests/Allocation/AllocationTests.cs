using Xunit;

namespace Kernels.Compression.Tests;

public sealed class AllocationTests
{
    [Fact]
    public void Erdos_renyi_keeps_the_density_and_the_proportions()
    {
        int[][] shapes = [[64, 3, 3, 3], [128, 64, 3, 3], [256, 128, 1, 1], [10, 256]];
        var densities = ErdosRenyi.Densities(shapes, 0.1);
        var counts = shapes.Select(shape => shape.Aggregate(1.0, (product, size) => product * size)).ToArray();
        Assert.Equal(0.1, densities.Zip(counts, (d, n) => d * n).Sum() / counts.Sum(), 1e-12);
        Assert.All(densities, density => Assert.InRange(density, 0, 1));
        var free = Enumerable.Range(0, 4).Where(i => densities[i] < 1).ToArray();
        Assert.InRange(free.Length, 2, 3); // thin layers are whole
        var scale = densities[free[0]] / (shapes[free[0]].Sum() / counts[free[0]]);
        Assert.All(free, i => Assert.Equal(scale, densities[i] / (shapes[i].Sum() / counts[i]), 1e-9));
        Assert.Equal([1.0, 1.0], ErdosRenyi.Densities([[2, 2], [4, 4]], 1));
        Assert.Throws<SparsityException>(() => ErdosRenyi.Densities(shapes, 0));
        Assert.Throws<SparsityException>(() => ErdosRenyi.Densities([[0, 3]], 0.5));
    }

    [Fact]
    public void Outlying_layers_keep_more()
    {
        Assert.Equal(0.25, OutlierAllocation.OutlierShare([0, 0, 0, 4], 3));
        Assert.Equal(0, OutlierAllocation.OutlierShare([1, 1, 1, 1]));
        var densities = OutlierAllocation.Densities([0.01, 0.03, 0.02], [100, 300, 200], 0.4, 0.1);
        Assert.Equal(0.4, (densities[0] * 100 + densities[1] * 300 + densities[2] * 200) / 600, 1e-12);
        Assert.True(densities[0] < densities[2] && densities[2] < densities[1]);
        Assert.Equal(0.2, densities[1] - densities[0], 1e-12);
        Assert.Equal([0.3, 0.3], OutlierAllocation.Densities([0.5, 0.5], [1, 9], 0.3));
        Assert.Throws<SparsityException>(() => OutlierAllocation.Densities([0, 1], [1, 1], 0.05, 0.1));
        Assert.Throws<SparsityException>(() => OutlierAllocation.Densities([0, 1], [1], 0.5));
    }

    [Fact]
    public void Averages_keep_the_mask()
    {
        var mask = new WeightMask(2, 2, [true, false, true, true]);
        float[] first = [1, 0, 2, -4], second = [3, 0, 0, 4];
        Assert.Equal([2, 0, 1, 0], SparseAverage.Of(mask, [first, second]));
        var refusal = Assert.Throws<SparsityException>(() => SparseAverage.Of(mask, [first, new float[] { 1, 0.5f, 1, 1 }]));
        Assert.Contains("[0, 1] of model 1", refusal.Message);
        Assert.Throws<SparsityException>(() => SparseAverage.Of(mask, []));
        Assert.Throws<SparsityException>(() => SparseAverage.Of(mask, [new float[3]]));
    }
}
