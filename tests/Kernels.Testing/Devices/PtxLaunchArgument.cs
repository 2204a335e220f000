using ILGPU;
using ILGPU.Runtime;
using Kernels.Testing.Ptx;

namespace Kernels.Testing;

/// <summary>One argument as the kernel receives it, and the memory it makes known.</summary>
internal readonly record struct PtxLaunchArgument(PtxArgument Argument, nint Start, long Bytes)
{
    /// <summary>A view is its address and length.</summary>
    public static PtxLaunchArgument OfView<T>(ArrayView<T> view) where T : unmanaged
    {
        var start = view.LengthInBytes == 0 ? 0 : view.LoadEffectiveAddressAsPtr();
        return new(PtxArgument.Of((start, view.Length)), start, view.LengthInBytes);
    }

    /// <summary>Numbers and structures of numbers.</summary>
    public static PtxLaunchArgument OfValue<T>(T value) where T : unmanaged => new(PtxArgument.Of(value), 0, 0);
}
