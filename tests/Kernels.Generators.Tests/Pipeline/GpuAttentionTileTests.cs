using Kernels.Generators.Skeletons;
using Xunit;

namespace Kernels.Generators.Tests;

/// <summary>The division of tiles among threads holds for every head dimension that can be declared.</summary>
public sealed class GpuAttentionTileTests
{
    private const int SharedBytesOfEveryGpu = 48 * 1024;

    [Theory]
    [InlineData(16, 2)]
    [InlineData(64, 4)]
    public void Tiles_fit_the_shared_memory_of_every_gpu_and_cover_the_channels(int rows, int rowsPerThread)
    {
        for (var headDim = 8; headDim <= 256; headDim++)
        {
            var tile = new GpuAttentionTile(headDim, rows, rowsPerThread);
            Assert.InRange(tile.SharedBytes, 1, SharedBytesOfEveryGpu);
            Assert.InRange(tile.Threads, 64, 256);
            Assert.InRange(tile.Chunks * tile.ChunkVectors * 4, headDim, headDim + 4 * tile.Chunks + 3);
            Assert.True(tile.Vectors * 4 * GpuAttentionTile.Lanes >= headDim);
            Assert.True(tile.ChunkVectors * 4 <= 1 << tile.LoadShift);

            // Loops that copy to shared memory have a constant number of rounds.
            Assert.Equal(0, rows % (tile.Threads >> tile.LoadShift));
            Assert.Equal(0, GpuAttentionTile.Keys % (tile.Threads >> tile.LoadShift));
            Assert.Equal(0, tile.ValueKeys * 64 % tile.Threads);
        }
    }
}
