using System.Runtime.CompilerServices;

namespace Kernels;

/// <summary>Lists in one array, cut by their starts.</summary>
internal readonly struct IndexLists<T>(int[] starts, T[] entries)
    where T : struct
{
    public static IndexLists<T> None { get; } = new([], []);

    public int Count => entries.Length;

    public long ByteLength => sizeof(int) * (long)starts.Length + Unsafe.SizeOf<T>() * (long)entries.Length;

    public ReadOnlySpan<T> this[int list] => entries.Length == 0 ? [] : entries.AsSpan(starts[list]..starts[list + 1]);
}
