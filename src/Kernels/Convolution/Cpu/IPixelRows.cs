using System.ComponentModel;

namespace Kernels;

/// <summary>How rows of pixels lie behind each other in a <see cref="PixelStrip"/>; called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IPixelRows
{
    /// <summary>Bytes from the first row to the one that a group multiplies.</summary>
    /// <param name="row">Bytes to that row if each were one vector wide.</param>
    /// <param name="vectors">Vectors of a tile.</param>
    /// <param name="pitch"><see cref="PixelStrip.Pitch"/>.</param>
    static abstract nuint Offset(nuint row, nuint vectors, nuint pitch);
}
