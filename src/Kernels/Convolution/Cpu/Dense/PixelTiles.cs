namespace Kernels;

/// <summary>
/// Large filters are read once, a panel of outputs at a time, while tiles of pixels pass from the second-level cache. Whatever the
/// number of pixels, hardly a tile is filled up, and the few outputs that are not a panel's are at its end.
/// </summary>
internal sealed unsafe class PixelTiles : DenseContraction
{
    // Tiles that stay in the second-level cache beside two panels and the outputs.
    private const int BlockBytes = 240 << 10;

    private readonly CpuDevice _device;
    private readonly CpuDenseTiles _tiles;
    private readonly PanelSource _source;
    private readonly CpuBuffer _workspace;
    private readonly TileCut _cut, _panels;
    private readonly ParallelAction _copy, _compute;
    private readonly int _blocks;
    private readonly long _tileFloats, _blockFloats, _edgeFloats;
    private DenseRun _run;
    private int _block;

    public PixelTiles(CpuDevice device, CpuDenseTiles tiles, PanelSource source, int outputs, int pixels)
    {
        (_device, _tiles, _source) = (device, tiles, source);
        _cut = tiles.Cut(pixels);
        _panels = new TileCut(outputs, tiles.PanelWidth);
        // Neighbouring tiles begin in neighbouring sets of the first-level cache, as a row of the image is copied into all of them.
        _tileFloats = (((long)source.Rows * tiles.TileRows + CacheLine.Floats - 1) / CacheLine.Floats | 1) * CacheLine.Floats;
        _blocks = (int)Math.Clamp((_cut.Count * _tileFloats * sizeof(float) + BlockBytes - 1) / BlockBytes, 1, _cut.Count);
        _blockFloats = (_cut.Count + _blocks - 1) / _blocks * _tileFloats;
        _edgeFloats = (long)tiles.TileRows * tiles.PanelWidth;
        _workspace = (CpuBuffer)device.Allocate(sizeof(float) * (_blockFloats + 2 * _edgeFloats * device.Workers.Count));
        (_copy, _compute) = (new ParallelAction((task, _) => Copy(task)), new ParallelAction(Compute));
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => _workspace.ByteLength;

    private int FirstTile => (int)((long)_block * _cut.Count / _blocks);

    private int EndTile => (int)((_block + 1L) * _cut.Count / _blocks);

    /// <inheritdoc/>
    public override void Run(in DenseRun run)
    {
        _run = run;
        for (_block = 0; _block < _blocks; _block++)
        {
            _device.Workers.Run(_device.Workers.Count, _copy);
            _device.Workers.Run(_panels.Count, _compute);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _workspace.Dispose();

    private float* Tile(int tile) => (float*)_workspace.Pointer + (tile - FirstTile) * _tileFloats;

    // A worker's share of the tiles of a block, those of equal width together: their rows are read from end to end.
    private void Copy(int task)
    {
        var (workers, tiles) = (_device.Workers.Count, EndTile - FirstTile);
        var end = FirstTile + (int)((task + 1L) * tiles / workers);
        for (var tile = FirstTile + (int)((long)task * tiles / workers); tile < end;)
        {
            var (first, rows, count) = (_cut.First(tile), _cut.Rows(tile), _cut.Alike(tile, end));
            var last = tile + count - 1;
            _source.Fill(Tile(tile), rows, first, _cut.First(last) + _cut.Held(last) - first, rows, _tileFloats);
            tile += count;
        }
    }

    private void Compute(int task, int worker)
    {
        var (width, columns) = (_tiles.PanelWidth, _source.Rows);
        var (output, outputs) = (_panels.First(task), _panels.Held(task));
        var panel = _run.Filters + (long)output * columns;
        var start = (float*)_workspace.Pointer + _blockFloats + 2 * _edgeFloats * worker;
        var sums = start + _edgeFloats;

        // The next panel comes to the second-level cache meanwhile, a line for every few steps.
        var (firstTile, tiles, fetches) = (FirstTile, EndTile - FirstTile, columns / CpuDenseTiles.StepsOfFetch);
        var fetchStep = fetches == 0 ? 0 : ((long)columns * width + tiles * fetches - 1) / (tiles * fetches);
        var next = panel + (long)columns * width;
        for (var i = 0; i < tiles; i++, next += fetches * fetchStep)
        {
            var tile = firstTile + i;
            var (pixel, rows, held) = (_cut.First(tile), _cut.Rows(tile), _cut.Held(tile));
            FetchOutputs(task + 1, i, tiles);
            if (_run.Residual == null)
                _tiles.Tile(rows, Tile(tile), panel, columns, _run.Bias + output, 0, sums, width, next, fetchStep);
            else
            {
                Begin(output, outputs, pixel, held, start);
                _tiles.Tile(rows, Tile(tile), panel, columns, start, width, sums, width, next, fetchStep);
            }

            Transposition.Transpose(sums, width, held, outputs, _run.Output + output * _run.OutputStride + pixel, _run.OutputStride);
        }
    }

    // A tile's share of where the outputs of a panel will go.
    private void FetchOutputs(int panel, int tile, int tiles)
    {
        if (panel >= _panels.Count) return;
        var outputs = _panels.Held(panel);
        int first = _cut.First(FirstTile), end = _cut.First(EndTile);
        for (var output = outputs * tile / tiles; output < outputs * (tile + 1) / tiles; output++)
            Fetch(_run.Output + (_panels.First(panel) + output) * _run.OutputStride, first, end);
    }

    private static void Fetch(float* row, int first, int end)
    {
        for (var pixel = first; pixel < end; pixel += CacheLine.Floats) CacheLine.Fetch(row + pixel);
    }

    // Bias and residual of a tile.
    private void Begin(int output, int outputs, int pixel, int pixels, float* start)
    {
        Transposition.Transpose(_run.Residual + output * _run.ResidualStride + pixel, _run.ResidualStride, outputs, pixels, start, _tiles.PanelWidth);
        for (var i = 0; i < pixels; i++, start += _tiles.PanelWidth)
            for (var c = 0; c < outputs; c++) start[c] += _run.Bias[output + c];
    }
}
