namespace Kernels;

/// <summary>Where the rows that weights multiply come from: copied next to each other, pixels of a tile at a time.</summary>
/// <remarks>Channels of an image lie whole pages apart; a panel keeps the first-level cache and its address translation from thrashing.</remarks>
internal abstract unsafe class PanelSource : IDisposable
{
    /// <summary>Rows of a panel: the weights of an output.</summary>
    public abstract int Rows { get; }

    /// <summary>Bytes held between runs.</summary>
    public abstract long WorkspaceBytes { get; }

    /// <summary>Begins a run.</summary>
    /// <param name="image">First pixel of the first channel.</param>
    /// <param name="stride">Floats between channels.</param>
    public abstract void Begin(float* image, long stride);

    /// <summary>Fills the panels of neighbouring tiles; several threads may.</summary>
    /// <param name="panels">Where the first panel goes.</param>
    /// <param name="pitch">Floats between rows of a panel.</param>
    /// <param name="first">First output pixel.</param>
    /// <param name="pixels">Output pixels; rows are filled up with zeros to whole tiles.</param>
    /// <param name="width">Pixels of a tile.</param>
    /// <param name="panelFloats">Floats from one panel to the next.</param>
    public abstract void Fill(float* panels, int pitch, int first, int pixels, int width, long panelFloats);

    /// <summary>Where the first row of an output pixel lies, to be asked for early, and floats from row to row; 0 where they lie in no such order.</summary>
    public abstract float* Row(long pixel, out long step);

    /// <inheritdoc/>
    public abstract void Dispose();
}
