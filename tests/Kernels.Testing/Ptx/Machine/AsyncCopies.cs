using System.Runtime.InteropServices;

namespace Kernels.Testing.Ptx;

/// <summary>The asynchronous copies of one thread, oldest first, in the groups it committed (PTX ISA, cp.async).</summary>
internal sealed unsafe class AsyncCopies
{
    private readonly Queue<List<Copy>> _groups = new();
    private List<Copy> _open = [];

    /// <summary>Starts a copy of <paramref name="read"/> bytes, followed by zeros up to <paramref name="written"/>.</summary>
    public void Start(byte* destination, byte* source, int read, int written) => _open.Add(new((nint)destination, (nint)source, read, written));

    public void Commit()
    {
        _groups.Enqueue(_open);
        _open = [];
    }

    /// <summary>Completes all committed groups but the latest <paramref name="remaining"/>; only now do they write.</summary>
    public void Wait(Warp warp, int lane, int remaining)
    {
        while (_groups.Count > remaining)
            foreach (var copy in CollectionsMarshal.AsSpan(_groups.Dequeue()))
            {
                Buffer.MemoryCopy((byte*)copy.Source, (byte*)copy.Destination, copy.Written, copy.Read);
                new Span<byte>((byte*)copy.Destination + copy.Read, copy.Written - copy.Read).Clear();
                warp.Shared.CompleteCopy(warp, lane, (byte*)copy.Destination, copy.Written);
            }
    }

    public void Clear()
    {
        _groups.Clear();
        _open.Clear();
    }

    private readonly record struct Copy(nint Destination, nint Source, int Read, int Written);
}
