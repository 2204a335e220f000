namespace Kernels;

/// <summary>
/// Copies between host memory and a GPU through page-locked memory, which the GPU reads and writes at full speed: while it works
/// on one half, the processor works on the other.
/// </summary>
/// <remarks>Used under the device's lock.</remarks>
internal sealed unsafe class PinnedStaging(ICudaDriver driver, nint stream, string device) : IDisposable
{
    /// <summary>Bytes of a half.</summary>
    public const int HalfBytes = 4 << 20;

    // CU_EVENT_DISABLE_TIMING of cuda.h.
    private const uint WithoutTiming = 2;

    private readonly nint[] _copied = new nint[2];
    private byte* _memory;

    /// <summary>Queues a copy to <paramref name="target"/>; the source has been read when the call returns.</summary>
    public void Upload(ReadOnlySpan<byte> source, nint target)
    {
        Prepare();
        for (var half = 0; !source.IsEmpty; half ^= 1)
        {
            var length = Math.Min(HalfBytes, source.Length);
            WaitFor(half);
            source[..length].CopyTo(new Span<byte>(Half(half), length));
            Check("cuMemcpyHtoDAsync", driver.CopyToDevice(target, (nint)Half(half), (nuint)length, stream));
            Record(half);
            source = source[length..];
            target += length;
        }
    }

    /// <summary>Copies from <paramref name="source"/> after all work queued before.</summary>
    public void Download(nint source, Span<byte> target)
    {
        Prepare();
        Ask(source, 0, target.Length);
        for (long done = 0; done < target.Length; done += HalfBytes)
        {
            Ask(source, done + HalfBytes, target.Length);
            var half = (int)(done / HalfBytes) & 1;
            WaitFor(half);
            var arrived = (int)Math.Min(HalfBytes, target.Length - done);
            new ReadOnlySpan<byte>(Half(half), arrived).CopyTo(target[(int)done..]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_memory == null) return;
        foreach (var copied in _copied) _ = driver.DestroyEvent(copied);
        _ = driver.FreeHost((nint)_memory);
        _memory = null;
    }

    /// <summary>Queues the copy of the part that begins at <paramref name="offset"/>, if there is one, into the half that is its turn.</summary>
    private void Ask(nint source, long offset, int end)
    {
        if (offset >= end) return;
        var half = (int)(offset / HalfBytes) & 1;
        Check("cuMemcpyDtoHAsync", driver.CopyToHost((nint)Half(half), source + (nint)offset, (nuint)Math.Min(HalfBytes, end - offset), stream));
        Record(half);
    }

    private byte* Half(int half) => _memory + (long)half * HalfBytes;

    private void WaitFor(int half) => Check("cuEventSynchronize", driver.SynchronizeEvent(_copied[half]));

    private void Record(int half) => Check("cuEventRecord", driver.RecordEvent(_copied[half], stream));

    private void Prepare()
    {
        if (_memory != null) return;
        for (var half = 0; half < _copied.Length; half++) Check("cuEventCreate", driver.CreateEvent(out _copied[half], WithoutTiming));
        Check("cuMemAllocHost", driver.AllocateHost(out var memory, 2 * HalfBytes));
        _memory = (byte*)memory;
    }

    private void Check(string call, ILGPU.Runtime.Cuda.CudaError answer) => DeviceException.Check(device, call, answer);
}
