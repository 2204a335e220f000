using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>Four neighbouring words: what one load of a kernel takes at most.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[StructLayout(LayoutKind.Sequential)]
public struct UInt4
{
    /// <summary>The four words.</summary>
    public uint X, Y, Z, W;
}
