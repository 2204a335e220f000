using System.Runtime.InteropServices;

namespace Kernels.Testing.Ptx;

/// <summary>One kernel argument as the bytes a launch passes.</summary>
public readonly struct PtxArgument
{
    private readonly byte[]? _bytes;

    private PtxArgument(byte[] bytes) => _bytes = bytes;

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A scalar or blittable structure, laid out as C# lays it out.</summary>
    public static PtxArgument Of<T>(T value) where T : unmanaged =>
        new(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray());

    /// <summary>Bytes laid out by the caller.</summary>
    public static PtxArgument Raw(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());

    /// <summary>An int.</summary>
    public static implicit operator PtxArgument(int value) => Of(value);

    /// <summary>A float.</summary>
    public static implicit operator PtxArgument(float value) => Of(value);

    /// <summary>A long.</summary>
    public static implicit operator PtxArgument(long value) => Of(value);

    /// <summary>A ulong.</summary>
    public static implicit operator PtxArgument(ulong value) => Of(value);
}
