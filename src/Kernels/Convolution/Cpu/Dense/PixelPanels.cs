namespace Kernels;

/// <summary>Small filters pass panels of pixels: a task copies neighbouring panels, and each tile of filters meets them all.</summary>
internal sealed unsafe class PixelPanels : DenseContraction
{
    // Panels of a task that should leave room in the first-level cache for a tile of filters.
    private const int StripBytes = 16 << 10;

    // Tasks per worker with which workers end together.
    private const int TasksPerWorker = 8;

    private readonly CpuDevice _device;
    private readonly CpuDenseTiles _tiles;
    private readonly PanelSource _source;
    private readonly CpuBuffer _workspace;
    private readonly TileCut _cut;
    private readonly ParallelAction _task;
    private readonly int _pixels, _stripPixels, _strips, _parts;
    private readonly long _panelFloats, _workerFloats;
    private DenseRun _run;

    public PixelPanels(CpuDevice device, CpuDenseTiles tiles, PanelSource source, int outputs, int pixels)
    {
        (_device, _tiles, _source, _pixels) = (device, tiles, source, pixels);
        _cut = tiles.Cut(outputs);
        _panelFloats = (long)source.Rows * tiles.PanelWidth;
        var panels = (pixels + tiles.PanelWidth - 1) / tiles.PanelWidth;
        var workers = device.Workers.Count;
        var strip = (int)Math.Clamp(StripBytes / sizeof(float) / _panelFloats, 1, panels);
        _stripPixels = strip * tiles.PanelWidth;
        _strips = (panels + strip - 1) / strip;
        _parts = workers == 1 || _strips >= workers * TasksPerWorker ? 1 : Math.Min(workers, _cut.Count);
        _workerFloats = _panelFloats * strip + 2L * tiles.TileRows * tiles.PanelWidth;
        _workspace = (CpuBuffer)device.Allocate(sizeof(float) * _workerFloats * workers);
        _task = new ParallelAction(Compute);
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => _workspace.ByteLength;

    /// <inheritdoc/>
    public override void Run(in DenseRun run)
    {
        _run = run;
        _device.Workers.Run(_strips * _parts, _task);
    }

    /// <inheritdoc/>
    public override void Dispose() => _workspace.Dispose();

    // A task is a strip of panels × a part of the outputs.
    private void Compute(int task, int worker)
    {
        var (strip, part) = (task / _parts, task % _parts);
        var (width, columns, stride) = (_tiles.PanelWidth, _source.Rows, _run.OutputStride);
        var first = strip * _stripPixels;
        var pixels = Math.Min(_stripPixels, _pixels - first);
        var panels = (float*)_workspace.Pointer + worker * _workerFloats;
        var edge = panels + _workerFloats - 2L * _tiles.TileRows * width;
        _source.Fill(panels, width, first, pixels, width, _panelFloats);

        // Tiles ask for what the worker's next strip reads, a line for every few steps, and for where its outputs will go.
        var ahead = (long)_stripPixels * (_parts == 1 ? _device.Workers.Count : 1);
        var next = _source.Row(first + ahead, out var rowStep);
        int askedPixel = 0, askedRow = 0;
        var end = (int)((part + 1L) * _cut.Count / _parts);
        for (var tile = (int)((long)part * _cut.Count / _parts); tile < end; tile++)
        {
            var (row, rows) = (_cut.First(tile), _cut.Rows(tile));
            var values = _run.Filters + (long)row * columns;
            var panel = panels;
            for (var pixel = 0; pixel < pixels; pixel += width, panel += _panelFloats)
            {
                var output = _run.Output + row * stride + first + pixel;
                for (var i = 0; i < rows; i++)
                    for (var c = 0; c < width; c += CacheLine.Floats) CacheLine.Fetch(output + i * stride + ahead + c);
                var isAsking = askedPixel < pixels;
                var fetch = isAsking ? next + askedPixel + askedRow * rowStep : values;
                var (held, filled) = (_cut.Held(tile), Math.Min(width, pixels - pixel));
                if (held == rows && filled == width && _run.Residual == null)
                    _tiles.Tile(rows, values, panel, columns, _run.Bias + row, CpuDenseTiles.ByRow, output, stride, fetch, isAsking ? rowStep : 0);
                else
                {
                    Begin(row, held, first + pixel, filled, edge);
                    _tiles.Tile(rows, values, panel, columns, edge, width, edge + _tiles.TileRows * width, width, fetch, isAsking ? rowStep : 0);
                    for (var i = 0; i < held; i++) PixelRun.Copy(edge + (_tiles.TileRows + i) * width, output + i * stride, filled);
                }

                askedRow += columns / CpuDenseTiles.StepsOfFetch;
                if (askedRow + columns / CpuDenseTiles.StepsOfFetch <= columns) continue;
                askedRow = 0;
                askedPixel += width;
            }
        }
    }

    // Bias and residual of a tile at an edge, or of any where there is a residual.
    private void Begin(int row, int rows, int first, int pixels, float* start)
    {
        for (var i = row; i < row + rows; i++, start += _tiles.PanelWidth)
            for (var pixel = 0; pixel < pixels; pixel++)
                start[pixel] = _run.Bias[i] + (_run.Residual == null ? 0 : _run.Residual[i * _run.ResidualStride + first + pixel]);
    }
}
