using System.Diagnostics;
using Kernels.Perf.Limits;
using Xunit;

namespace Kernels.Perf.Tests;

public class LimitsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_peak_loop_does_its_work_and_takes_time(int threads)
    {
        using var device = new CpuDevice(threads);
        var peak = new FmaPeak(device);
        Assert.False(peak.IsRight);
        var start = Stopwatch.GetTimestamp();
        peak.Run();
        var rate = peak.Flops / Stopwatch.GetElapsedTime(start).TotalSeconds;
        Assert.True(peak.IsRight);
        // No processor does less than a tenth of a gigaflop, nor two vectors of 2·16 a cycle at 10 GHz on each of the threads.
        Assert.InRange(rate, 1e8, 640e9 * threads);
    }

    [Fact]
    public void The_triad_writes_every_element()
    {
        using var device = new CpuDevice(2);
        using var triad = new MemoryTriad(device, 1 << 20);
        Assert.False(triad.IsRight);
        triad.Run();
        Assert.True(triad.IsRight);
        Assert.Equal(3.0 * (1 << 20), triad.Bytes);
    }

    [Fact]
    public void The_machine_is_described()
    {
        var machine = MachineDescription.Read(TimeProvider.System);
        Assert.NotEmpty(machine.Cpu);
        Assert.NotEmpty(machine.OnnxRuntime);
        Assert.True(machine.CacheBytes > 0 && machine.MemoryBytes > 0 && machine.Processors > 0);
        Assert.Contains(machine.VectorBits, new[] { 128, 256, 512 });
    }
}
