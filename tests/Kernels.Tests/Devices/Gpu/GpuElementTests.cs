using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Devices.Gpu;

/// <summary>Storage conversions inside kernels give the bits that the host's give.</summary>
public sealed class GpuElementTests
{
    private const int Group = 64;

    public static TheoryData<string> Names => new("opencl", PtxDevices.Name);

    [Theory, MemberData(nameof(Names))]
    public void Every_bfloat16_widens_exactly(string name) =>
        Widens<GpuBFloat16>(name, ElementTypes.FromBFloat16);

    [Theory, MemberData(nameof(Names))]
    public void Every_float16_widens_exactly(string name) =>
        Widens<GpuFloat16>(name, ElementTypes.FromFloat16);

    [Theory, MemberData(nameof(Names))]
    public void Rounding_to_bfloat16_is_the_hosts(string name) =>
        Rounds<GpuBFloat16>(name, ElementTypes.FromBFloat16, ElementTypes.ToBFloat16);

    [Theory, MemberData(nameof(Names))]
    public void Rounding_to_float16_is_the_hosts(string name) =>
        Rounds<GpuFloat16>(name, ElementTypes.FromFloat16, ElementTypes.ToFloat16);

    [Theory, MemberData(nameof(Names))]
    public void Float32_passes_through(string name)
    {
        using var device = (IlgpuDevice)TestDevices.Open(name);
        float[] values = [0f, -0f, 1f, float.MaxValue, float.Epsilon, float.NegativeInfinity, .. new float[Group - 6]];
        Assert.Equal(values, Run<GpuFloat32, float, float>(device, values, WidenKernel<GpuFloat32>));
    }

    private static void Widens<TElement>(string name, Func<ushort, float> expected) where TElement : unmanaged, IGpuElement<TElement>
    {
        using var device = (IlgpuDevice)TestDevices.Open(name);
        var all = Enumerable.Range(0, 65536).Select(bits => (ushort)bits).ToArray();
        var widened = Run<TElement, ushort, float>(device, all, WidenKernel<TElement>);
        for (var i = 0; i < all.Length; i++)
            Assert.True(widened[i].Equals(expected(all[i])) && float.IsNegative(widened[i]) == float.IsNegative(expected(all[i])),
                $"{all[i]:x4} became {widened[i]} instead of {expected(all[i])}");
    }

    // Every value of the storage, the midpoint to the next one, and both neighbours of each.
    private static void Rounds<TElement>(string name, Func<ushort, float> widen, Func<float, ushort> round)
        where TElement : unmanaged, IGpuElement<TElement>
    {
        using var device = (IlgpuDevice)TestDevices.Open(name);
        var values = new List<float>();
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var value = widen((ushort)bits);
            var middle = (float)((value + (double)widen((ushort)(bits + 1))) / 2);
            foreach (var center in new[] { value, middle })
                values.AddRange([MathF.BitDecrement(center), center, MathF.BitIncrement(center)]);
        }

        values.AddRange([float.Epsilon, -float.Epsilon, float.MaxValue, 65519.996f, 65520f, MathF.ScaleB(1, -25), MathF.ScaleB(1, -26)]);
        while (values.Count % Group != 0) values.Add(0);
        var rounded = Run<TElement, float, ushort>(device, [.. values], RoundKernel<TElement>);
        for (var i = 0; i < rounded.Length; i++)
            Assert.True(float.IsNaN(values[i]) ? float.IsNaN(widen(rounded[i])) : rounded[i] == round(values[i]),
                $"{values[i]:r} became {rounded[i]:x4} instead of {round(values[i]):x4}");
    }

    private static TTarget[] Run<TElement, TSource, TTarget>(IlgpuDevice device, TSource[] source, Delegate kernel)
        where TElement : unmanaged, IGpuElement<TElement> where TSource : unmanaged where TTarget : unmanaged
    {
        using var input = (IlgpuBuffer)device.Allocate(source.Length * Marshal.SizeOf<TSource>());
        using var output = (IlgpuBuffer)device.Allocate(source.Length * Marshal.SizeOf<TTarget>());
        input.CopyFrom(MemoryMarshal.AsBytes(source.AsSpan()));
        var description = new GpuKernelSource($"conversion of {typeof(TElement).Name}", kernel, Group, 0);
        var shape = new KernelConfig(source.Length / Group, Group);
        using (device.Enter())
        {
            if (kernel is Action<ArrayView<TElement>, ArrayView<float>>)
                device.Load<Action<AcceleratorStream, KernelConfig, ArrayView<TElement>, ArrayView<float>>>(description)(
                    device.Stream, shape, input.View<TElement>(), output.View<float>());
            else
                device.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<TElement>>>(description)(
                    device.Stream, shape, input.View<float>(), output.View<TElement>());
        }

        var result = new TTarget[source.Length];
        output.CopyTo(MemoryMarshal.AsBytes(result.AsSpan()));
        return result;
    }

    private static void WidenKernel<TElement>(ArrayView<TElement> source, ArrayView<float> target) where TElement : unmanaged, IGpuElement<TElement>
    {
        var i = Grid.IdxX * Group + ILGPU.Group.IdxX;
        target[i] = TElement.ToFloat(source[i]);
    }

    private static void RoundKernel<TElement>(ArrayView<float> source, ArrayView<TElement> target) where TElement : unmanaged, IGpuElement<TElement>
    {
        var i = Grid.IdxX * Group + ILGPU.Group.IdxX;
        target[i] = TElement.FromFloat(source[i]);
    }
}
