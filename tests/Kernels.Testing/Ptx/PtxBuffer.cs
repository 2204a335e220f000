using System.Runtime.InteropServices;

namespace Kernels.Testing.Ptx;

/// <summary>Global memory of a machine; kernels that leave it are caught.</summary>
/// <typeparam name="T">Element.</typeparam>
public sealed unsafe class PtxBuffer<T> : IDisposable where T : unmanaged
{
    // Allocations start far enough apart that a small step outside one does not land in another.
    private const int Margin = 4096;

    private readonly PtxMachine _machine;
    private readonly byte* _memory;
    private bool _disposed;

    internal PtxBuffer(PtxMachine machine, ReadOnlySpan<T> values)
    {
        _machine = machine;
        Length = values.Length;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(values.Length * sizeof(T) + 2 * Margin), Margin);
        values.CopyTo(Span);
        machine.Map((nint)Address, (long)values.Length * sizeof(T));
    }

    /// <summary>Elements.</summary>
    public int Length { get; }

    /// <summary>Address for kernels.</summary>
    public ulong Address => (ulong)_memory + Margin;

    /// <summary>The elements.</summary>
    public Span<T> Span => new((void*)Address, Length);

    /// <summary>The argument for a parameter that is an address.</summary>
    public PtxArgument Pointer => Address;

    /// <summary>The argument for an ILGPU <c>ArrayView</c> parameter: address and length.</summary>
    public PtxArgument View => PtxArgument.Of(new Fields(Address, Length));

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _machine.Unmap((nint)Address);
        NativeMemory.AlignedFree(_memory);
    }

    private readonly record struct Fields(ulong Address, long Length);
}
