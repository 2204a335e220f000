using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>Large pages for large buffers: tiles walk panels that lie many small pages apart, more than the processor translates at once.</summary>
internal static unsafe class HugePages
{
    /// <summary>Bytes of a huge page.</summary>
    public const int Bytes = 2 << 20;

    private const int MadvHugePage = 14;

    private static readonly delegate* unmanaged<void*, nuint, int, int> s_advise = Find();

    /// <summary>Bytes to hold for a buffer of <paramref name="byteLength"/>: whole huge pages where it fills three quarters of them.</summary>
    public static long Room(long byteLength)
    {
        var whole = (byteLength + Bytes - 1) / Bytes * Bytes;
        return byteLength >= whole / 4 * 3 ? whole : byteLength;
    }

    /// <summary>Asks for huge pages where memory not yet touched will lie; the system may refuse, and only Linux is asked.</summary>
    public static void Ask(void* start, nuint bytes)
    {
        if (s_advise != null) s_advise(start, bytes, MadvHugePage);
    }

    private static delegate* unmanaged<void*, nuint, int, int> Find() =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc", typeof(HugePages).Assembly, null, out var library)
            && NativeLibrary.TryGetExport(library, "madvise", out var address)
            ? (delegate* unmanaged<void*, nuint, int, int>)address
            : null;
}
