using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Kernels;

/// <summary>Hints to the processor's caches, which generated code gives.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class CacheLine
{
    /// <summary>Floats of a line.</summary>
    public const int Floats = 16;

    /// <summary>Asks for the line at <paramref name="address"/>, which need not be mapped, into the second-level cache; nothing where there is no such instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(float* address)
    {
        if (Sse.IsSupported) Sse.Prefetch1(address);
    }

    /// <summary>Asks for the line at <paramref name="address"/>, which need not be mapped, into the first-level cache; nothing where there is no such instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FetchNear(float* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }
}
