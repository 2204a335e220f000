using System.Runtime.CompilerServices;

namespace Kernels;

/// <summary>
/// Walks an image strip by strip: the weights stream past some tiles of pixels, every block of outputs through all tiles of the
/// strip before the next.
/// </summary>
/// <remarks>
/// Tiles are copied into panels first, except where weights are so few that pixels are read hardly more often than copied.
/// Where strips are few, several tasks share one, each with a part of the outputs. Pixels that do not fill a vector are computed
/// in a strip of their own, which begins earlier, or else on a copy with room.
/// </remarks>
internal sealed unsafe class PixelStrips : ParallelBody, IDisposable
{
    // A strip's panels stay in the first-level cache.
    private const int PanelBytes = 32 * 1024;

    // Channels × tiles of a strip that stays in the image: few weights seldom come back to pixels, but the more tiles they pass,
    // the longer are the runs that the processor foresees.
    private const int ChannelTiles = 512;

    // Loads and multiply-adds of each vector of pixels, up to which copying it first takes longer than it saves.
    private const int FewUses = 70;

    // Strips per worker with which workers end together.
    private const int StripsPerWorker = 8;

    private readonly CpuDevice _device;
    private readonly CpuConvolutionProgram _program;
    private readonly PanelSource _source;
    private readonly CpuBuffer _workspace;
    private readonly (int First, int Pixels, int Vectors)[] _ofPanels, _ofImage;
    private readonly long _panelFloats, _workerFloats;
    private readonly int _outputs;
    private (int First, int Pixels, int Vectors)[] _strips = [];
    private PixelStrip _common;
    private int _parts, _blocks;

    public PixelStrips(CpuDevice device, CpuConvolutionProgram program, PanelSource source, int outputs, int pixels)
    {
        (_device, _program, _source, _outputs) = (device, program, source, outputs);
        _panelFloats = (long)source.Rows * program.TileVectors * program.Lanes;
        _ofPanels = Cut(pixels, program.Lanes, program.TileVectors, PanelBytes / (sizeof(float) * _panelFloats));
        _ofImage = Cut(pixels, program.Lanes, program.TileVectors, ChannelTiles / source.Rows);
        var raggedFloats = pixels % program.Lanes == 0 ? 0 : (long)outputs * program.TileVectors * program.Lanes;
        _workerFloats = (_panelFloats * _ofPanels.Max(strip => Tiles(strip)) + raggedFloats + CacheLine.Floats - 1) / CacheLine.Floats * CacheLine.Floats;
        _workspace = (CpuBuffer)device.Allocate(sizeof(float) * _workerFloats * device.Workers.Count);
    }

    public long WorkspaceBytes => _workspace.ByteLength + _source.WorkspaceBytes;

    public void Run(CpuConvolutionWeights weights, float* residual, long residualStride, float* y, long outputStride)
    {
        var workers = _device.Workers.Count;
        _blocks = _outputs / weights.GroupRows;
        _source.Row(0, out var step);
        var isInPlace = weights.Groups * (weights.GroupRows + 1L) < (long)FewUses * _source.Rows && ImageRows.Suit(sizeof(float) * step);
        _strips = isInPlace ? _ofImage : _ofPanels;
        _parts = workers == 1 || _strips.Length >= workers * StripsPerWorker ? 1 : Math.Min(workers, _blocks);
        _common = new PixelStrip
        {
            Pitch = isInPlace ? step / _program.Lanes : 0,
            TilesOfBlock = weights.GroupRows / _program.TileRows,
            Offsets = weights.Offsets, Rows = weights.Rows, Values = weights.Values, Bias = weights.Bias,
            Residual = residual, ResidualStride = residualStride, Output = y, OutputStride = outputStride,
        };
        _device.Workers.Run(_strips.Length * _parts, this);
    }

    public override void Invoke(int task, int worker)
    {
        var (index, part) = (task / _parts, task % _parts);
        var cut = _strips[index];
        var width = cut.Vectors * _program.Lanes;
        var isRagged = cut.Pixels % _program.Lanes != 0;
        if (isRagged && MayBeginEarlier(index)) (cut.First, cut.Pixels, isRagged) = (cut.First + cut.Pixels - width, width, false);
        var strip = _common;
        strip.Tiles = Tiles(cut);
        (strip.First, strip.End) = ((int)((long)part * _blocks / _parts), (int)((part + 1L) * _blocks / _parts));
        strip.Output += cut.First;
        Announce(ref strip, index + (_parts == 1 ? _device.Workers.Count : 1));
        if (strip.Residual != null) strip.Residual += cut.First;
        if (strip.Pitch != 0 && !isRagged)
        {
            strip.Pixels = (byte*)_source.Row(cut.First, out _);
            strip.TileBytes = sizeof(float) * width;
            _program.Run<ImageRows>(cut.Vectors, &strip);
            return;
        }

        var panels = (float*)_workspace.Pointer + worker * _workerFloats;
        var panelFloats = (long)_source.Rows * width;
        _source.Fill(panels, width, cut.First, cut.Pixels, width, panelFloats);
        strip.Pixels = (byte*)panels;
        strip.TileBytes = sizeof(float) * panelFloats;
        if (isRagged) RunRagged(strip, cut.Vectors, cut.Pixels, panels + panelFloats * strip.Tiles);
        else _program.Run<PanelRows>(cut.Vectors, &strip);
    }

    public void Dispose()
    {
        _workspace.Dispose();
        _source.Dispose();
    }

    // Asked for all at once, the lines of the next strip would wait for each other: every tile of outputs asks for its share.
    private void Announce(ref PixelStrip strip, int next)
    {
        if (next >= _strips.Length) return;
        strip.Next = _source.Row(_strips[next].First, out strip.NextStride);
        if (strip.NextStride != 0) strip.NextShare = ((long)_source.Rows << 16) / Math.Max(1, (strip.End - strip.First) * strip.TilesOfBlock);
    }

    // The tile before, if as wide, sums the pixels they share to the same bits; where outputs are added to, they would be added to twice.
    private bool MayBeginEarlier(int strip) =>
        strip > 0 && _strips[strip - 1].Vectors == _strips[strip].Vectors && _common.Residual != _common.Output;

    // One tile whose last vector reaches past the image: its outputs go through room that is only the worker's.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunRagged(PixelStrip strip, int vectors, int pixels, float* room)
    {
        var width = vectors * _program.Lanes;
        var rows = strip.TilesOfBlock * _program.TileRows;
        var (first, end) = (strip.First * rows, strip.End * rows);
        float* residual = strip.Residual, output = strip.Output;
        var (residualStride, outputStride) = (strip.ResidualStride, strip.OutputStride);
        strip.Output = room;
        strip.OutputStride = width;
        if (residual != null)
        {
            strip.Residual = room;
            strip.ResidualStride = width;
            for (var row = first; row < end; row++)
                for (var i = 0; i < width; i++) room[(long)row * width + i] = i < pixels ? residual[row * residualStride + i] : 0;
        }

        _program.Run<PanelRows>(vectors, &strip);
        for (var row = first; row < end; row++)
            PixelRun.Copy(room + (long)row * width, output + row * outputStride, pixels);
    }

    private int Tiles((int First, int Pixels, int Vectors) strip) =>
        (strip.Pixels + strip.Vectors * _program.Lanes - 1) / (strip.Vectors * _program.Lanes);

    // Tiles are as wide as registers allow, or one vector narrower, so that none is a narrow rest: 25 vectors are 7 tiles of 3 and 2 of 2.
    private static (int First, int Pixels, int Vectors)[] Cut(int pixels, int lanes, int tileVectors, long tilesPerStrip)
    {
        var vectors = (pixels + lanes - 1) / lanes;
        var tiles = (vectors + tileVectors - 1) / tileVectors;
        var widest = (vectors + tiles - 1) / tiles;
        var wide = vectors - tiles * (widest - 1);
        var strips = new List<(int First, int Pixels, int Vectors)>();
        var pixel = 0;
        for (var tile = 0; tile < tiles;)
        {
            var width = tile < wide ? widest : widest - 1;
            var count = (int)Math.Clamp(tilesPerStrip, 1, (tile < wide ? wide : tiles) - tile);
            var isRagged = tile + count == tiles && pixels % lanes != 0;
            if (isRagged && count > 1) count--;
            var covered = Math.Min(count * width * lanes, pixels - pixel);
            strips.Add((pixel, covered, width));
            pixel += covered;
            tile += count;
        }

        return [.. strips];
    }
}
