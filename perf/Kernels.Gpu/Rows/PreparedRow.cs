using System.Runtime.InteropServices;

namespace Kernels.Gpu.Rows;

/// <summary>A row's operands on the device, several sets of them so that no run finds its own in a cache.</summary>
internal sealed class PreparedRow : IDisposable
{
    private readonly List<IDisposable> _kept = [];

    /// <summary>Runs on one of the sets.</summary>
    public required Action<int> Run { get; set; }

    /// <summary>Operations of one run: a multiply-add is two; what is skipped does not count.</summary>
    public Func<double> Operations { get; set; } = () => 0;

    /// <summary>Bytes of operands and results, each counted once.</summary>
    public double Bytes { get; set; }

    /// <summary>Kernels of one run.</summary>
    public int Launches { get; set; } = 1;

    /// <summary>Disposes <paramref name="item"/> with the row.</summary>
    public T Keep<T>(T item) where T : IDisposable
    {
        _kept.Add(item);
        return item;
    }

    /// <summary>A matrix of normal fp32 values, [channels, pixels].</summary>
    public Tensor Image(Device device, int channels, int pixels, int seed)
    {
        var buffer = Keep(device.Allocate(sizeof(float) * (long)channels * pixels));
        buffer.CopyFrom(MemoryMarshal.AsBytes<float>(RandomData.Normal(channels * pixels, seed)));
        return Tensor.Matrix(buffer, ElementType.Float32, channels, pixels);
    }

    public void Dispose()
    {
        for (var i = _kept.Count - 1; i >= 0; i--) _kept[i].Dispose();
    }
}
