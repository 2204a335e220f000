using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Centroids that are learned, against the update in fp64.</summary>
public sealed class RoutingCentroidsTests
{
    private const int Count = 5, QueryHeads = 4, KeyHeads = 2, HeadDim = 11, Tokens = 60;

    private readonly float[] _queries = RandomValues.Normal(1, Tokens * QueryHeads * HeadDim), _keys = RandomValues.Normal(2, Tokens * KeyHeads * HeadDim);

    [Theory]
    [InlineData(0f)]
    [InlineData(0.9f)]
    [InlineData(1f)]
    public void A_step_is_the_definitions(float decay)
    {
        var centroids = new RoutingCentroids(Count, QueryHeads, KeyHeads, HeadDim);
        centroids.Begin(_queries, _keys, steps: 0);
        var before = centroids.Values.ToArray();
        centroids.Learn(_queries, _keys, decay);
        for (var keyHead = 0; keyHead < KeyHeads; keyHead++)
        {
            var expected = Step(Rows(before, Count, KeyHeads, [keyHead]), Rows(_queries, Tokens, QueryHeads, [2 * keyHead, 2 * keyHead + 1]), Rows(_keys, Tokens, KeyHeads, [keyHead]), decay);
            for (var centroid = 0; centroid < Count; centroid++)
                for (var c = 0; c < HeadDim; c++) Assert.Equal(expected[centroid][c], centroids.Values[(centroid * KeyHeads + keyHead) * HeadDim + c], 1e-5);
        }
    }

    [Fact]
    public void Clusters_that_are_there_are_found()
    {
        // Tokens of three far directions in turn, with a little noise.
        var (queries, keys) = (new float[90 * HeadDim], new float[90 * HeadDim]);
        var noise = RandomValues.Normal(3, queries.Length, scale: 0.05f);
        for (var token = 0; token < 90; token++)
            for (var c = 0; c < HeadDim; c++)
            {
                var channel = (c == token % 3 ? 2f + token : 0) + noise[token * HeadDim + c];
                (queries[token * HeadDim + c], keys[token * HeadDim + c]) = (channel, 3 * channel);
            }

        var centroids = new RoutingCentroids(3, 1, 1, HeadDim);
        // Of the seeds, some begin in three clusters; Lloyd's steps then stay there.
        var found = Enumerable.Range(0, 20).Any(seed =>
        {
            centroids.Begin(queries, keys, seed: seed);
            return Enumerable.Range(0, 3).All(cluster => Enumerable.Range(0, 3).Any(centroid => centroids.Values[centroid * HeadDim + cluster] > 0.99f));
        });
        Assert.True(found);
        for (var centroid = 0; centroid < 3; centroid++)
            Assert.Equal(1, centroids.Values.Slice(centroid * HeadDim, HeadDim).ToArray().Sum(channel => (double)channel * channel), 1e-5);
    }

    [Fact]
    public void A_centroid_nobody_is_near_stays_and_a_zero_vector_moves_none()
    {
        var centroids = new RoutingCentroids(2, 1, 1, 2);
        centroids.Begin([1, 0, 0, 1], [1, 0, 0, 1], steps: 0);
        var before = centroids.Values.ToArray();
        centroids.Learn([0, 0], [0, 0], 0.5f);
        Assert.Equal(before, centroids.Values.ToArray());
        centroids.Learn([5, 0], [9, 0], 0);
        Assert.Equal(before, centroids.Values.ToArray());
        // Only keys: they count for queries too.
        centroids.Learn([0, 0], [3, 4], 0);
        Assert.Contains(0.6f, centroids.Values.ToArray());
        Assert.Contains(0.8f, centroids.Values.ToArray());
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_changes_nothing()
    {
        Assert.Contains("query heads divide", Assert.Throws<KernelException>(() => new RoutingCentroids(1, 3, 2, 8)).Message);
        var centroids = new RoutingCentroids(Count, QueryHeads, KeyHeads, HeadDim);
        centroids.Begin(_queries, _keys);
        var before = centroids.Values.ToArray();
        Assert.Contains("4 tokens", Assert.Throws<KernelException>(() => centroids.Begin(_queries[..(4 * QueryHeads * HeadDim)], _keys[..(4 * KeyHeads * HeadDim)])).Message);
        Assert.Contains("numbers of queries", Assert.Throws<KernelException>(() => centroids.Learn(_queries, _keys[1..])).Message);
        Assert.Contains("a decay of NaN", Assert.Throws<KernelException>(() => centroids.Learn(_queries, _keys, float.NaN)).Message);
        Assert.Contains("NaN or infinity", Assert.Throws<KernelException>(() => centroids.Learn([.. _queries[1..], float.NaN], _keys)).Message);
        Assert.Equal(before, centroids.Values.ToArray());
    }

    private static double[][] Step(double[][] centroids, double[][] queries, double[][] keys, double decay)
    {
        var (ofQueries, ofKeys) = (Members(centroids, queries), Members(centroids, keys));
        return [.. centroids.Select((centroid, i) =>
        {
            double[][] means = [.. new[] { ofQueries[i], ofKeys[i] }.Where(members => members.Count > 0).Select(Mean)];
            return means.Length == 0 ? centroid : Unit([.. centroid.Select((channel, c) => decay * channel + (1 - decay) * means.Average(mean => mean[c]))]);
        })];
    }

    private static List<double[]>[] Members(double[][] centroids, double[][] vectors)
    {
        var members = centroids.Select(_ => new List<double[]>()).ToArray();
        foreach (var direction in vectors.Select(Unit))
        {
            var scores = centroids.Select(centroid => centroid.Zip(direction, (a, b) => a * b).Sum()).ToArray();
            members[Array.IndexOf(scores, scores.Max())].Add(direction);
        }

        return members;
    }

    private static double[] Mean(List<double[]> vectors) => [.. Enumerable.Range(0, HeadDim).Select(c => vectors.Average(vector => vector[c]))];

    private static double[] Unit(double[] vector)
    {
        var length = Math.Sqrt(vector.Sum(channel => channel * channel));
        return [.. vector.Select(channel => channel / length)];
    }

    private static double[][] Rows(float[] values, int tokens, int heads, int[] which) =>
        [.. from head in which from token in Enumerable.Range(0, tokens)
            select values.AsSpan((token * heads + head) * HeadDim, HeadDim).ToArray().Select(value => (double)value).ToArray()];
}
