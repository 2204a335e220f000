using Xunit;

namespace Kernels.Models.Tests;

/// <summary>A random 2:4 matrix in marlin-24, written step by step as the format's own compressor does: compress, transpose, permute tiles, pack.</summary>
internal sealed class MarlinEncoder
{
    public MarlinEncoder(int rows, int columns, int bits, int groups, int seed, string name = "w", double spread = 1)
    {
        var random = new Random(seed);
        var (half, offset, groupSize) = (columns / 2, 1 << (bits - 1), columns / groups);
        var scales = new Half[groups, rows];
        for (var group = 0; group < groups; group++)
            for (var row = 0; row < rows; row++) scales[group, row] = (Half)(spread * (0.01 + random.NextDouble()));

        Dense = new float[rows * columns];
        var (stored, nibbles) = (new int[half, rows], new int[rows, columns / 4]);
        for (var row = 0; row < rows; row++)
            for (var four = 0; four < columns / 4; four++)
            {
                int[] pair = [.. Enumerable.Range(0, 4).OrderBy(_ => random.Next()).Take(2).Order()];
                nibbles[row, four] = pair[0] | pair[1] << 2;
                for (var i = 0; i < 2; i++)
                {
                    var q = random.Next(-offset, offset);
                    stored[2 * four + i, row] = q + offset;
                    Dense[row * columns + 4 * four + pair[i]] = q * (float)scales[(4 * four + pair[i]) / groupSize, row];
                }
            }

        Parts =
        [
            StoredFolder.Tensor(name + ".weight_packed", "I32", Pack(stored, half, rows, bits), columns / 32, rows * bits / 2),
            StoredFolder.Tensor(name + ".scale_packed", "F16", Scales(scales, groups, rows), groups, rows),
            StoredFolder.Tensor(name + ".meta", "I16", Metadata(nibbles, rows, columns), columns / 32, rows * 2),
        ];
    }

    /// <summary>What the parts stand for.</summary>
    public float[] Dense { get; }

    public SafetensorsTensor[] Parts { get; }

    private static uint[] Pack(int[,] stored, int half, int rows, int bits)
    {
        // Tiles of 16 × 16, row of tiles by row of tiles.
        var tiled = new List<int>();
        for (var top = 0; top < half; top += 16)
            for (var left = 0; left < rows; left += 16)
                for (var i = 0; i < 256; i++) tiled.Add(stored[top + i / 16, left + i % 16]);

        var order = new List<int>();
        for (var lane = 0; lane < 32; lane++)
        {
            var (t, q) = (lane % 4, lane / 4);
            var first = new List<int>();
            foreach (var block in new[] { 0, 1 })
                foreach (var row in new[] { 2 * t, 2 * t + 1, 2 * t + 8, 2 * t + 9 }) first.Add(16 * row + q / 2 * 256 + 8 * (q % 2) + 4 * block);
            for (var j = 0; j < 4; j++) order.AddRange(first.Select(position => position + j));
        }

        Assert.Equal(Enumerable.Range(0, 1024), order.Order());
        int[] interleave = bits == 4 ? [0, 2, 4, 6, 1, 3, 5, 7] : [0, 2, 1, 3];
        var interleaved = order.Chunk(interleave.Length).SelectMany(part => interleave.Select(i => part[i])).ToArray();
        var permuted = tiled.Chunk(1024).SelectMany(part => interleaved.Select(i => part[i]));
        return [.. permuted.Chunk(32 / bits).Select(part => part.Select((value, i) => (uint)value << (bits * i)).Aggregate((a, b) => a | b))];
    }

    private static Half[] Scales(Half[,] scales, int groups, int rows)
    {
        var flat = scales.Cast<Half>().ToArray();
        if (groups == 1) return flat;
        var order = Enumerable.Range(0, 8).SelectMany(i => new[] { 0, 4, 1, 5, 2, 6, 3, 7 }.Select(j => 8 * i + j)).ToArray();
        return [.. flat.Chunk(64).SelectMany(part => order.Select(i => part[i]))];
    }

    private static short[] Metadata(int[,] nibbles, int rows, int columns)
    {
        var meta = new short[rows * columns / 16];
        for (var m = 0; m < rows; m++)
            for (var k = 0; k < columns / 16; k++)
            {
                var word = 0;
                for (var i = 0; i < 4; i++) word |= nibbles[m, 4 * k + i] << (4 * i);
                var r = m / 64 * 64 + m % 2 * 2 + m % 8 / 4 + m % 4 / 2 * 32 + m % 64 / 8 * 4;
                var c = k;
                if (r % 2 == 0 && k % 2 == 1) (r, c) = (r + 1, k - 1);
                else if (r % 2 == 1 && k % 2 == 0) (r, c) = (r - 1, k + 1);
                meta[c / 2 * rows * 2 + r * 2 + c % 2] = (short)word;
            }

        return meta;
    }
}
