using CsCheck;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Attention over blocks that a learned gate selects.</summary>
public sealed class GatedAttentionTests(SharedDevices devices) : IClassFixture<SharedDevices>
{
    public static TheoryData<string> Names => [.. GatedAttentionCases.Names];

    public static TheoryData<string> NamesOfEqualLengths => [.. GatedAttentionCases.Names.Where(name => GatedAttentionCases.Named(name).Lengths is null)];

    public static TheoryData<string, string> GpuProblems => CaseRuns.OnGpus(
        GatedAttentionCases.PortableNames, GatedAttentionCases.Names, GatedAttentionCases.SmallNames, GatedAttentionCases.TinyNames);

    [Theory]
    [MemberData(nameof(Names))]
    public void Agrees_with_the_oracle(string name)
    {
        using var device = new CpuDevice(threads: 2);
        GatedAttentionCases.Named(name).Run(device);
    }

    [Theory]
    [MemberData(nameof(GpuProblems))]
    public void Agrees_with_the_oracle_on_gpus(string device, string name) => GatedAttentionCases.Named(name).Run(devices[device]);

    [Theory]
    [MemberData(nameof(NamesOfEqualLengths))]
    public void A_selection_had_as_an_index_is_the_oracles_and_runs_alike(string name)
    {
        using var device = new CpuDevice(threads: 2);
        GatedAttentionCases.Named(name).SelectThenRun(device, AttentionKernels.Indexed20);
    }

    [Theory]
    [InlineData("gate, tail")]
    [InlineData("shared, few")]
    public void Threads_change_no_bit_and_nothing_is_allocated(string name)
    {
        var problem = GatedAttentionCases.Named(name);
        using var alone = new CpuDevice(threads: 1);
        using var three = new CpuDevice(threads: 3);
        Assert.Equal(problem.RunUnchecked(alone, out var allocated), problem.RunUnchecked(three, out _));
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Drawn_shapes_and_gates_agree_with_the_oracle()
    {
        using var device = new CpuDevice(threads: 2);
        var shapes = Gen.Select(Gen.Int[1, 120], Gen.Int[0, 130], Gen.Int[1, 2], Gen.Int[1, 3], Gen.Int[1, 2], (queries, earlier, keyHeads, group, batch) =>
            new AttentionShape(batch, queries, queries + earlier, keyHeads * group, keyHeads, 20));
        Gen.Select(shapes, Gen.Int[5, 20], Gen.Bool, Gen.Bool, Gen.Int[0, 2], (shape, half, projects, norms, which) =>
        {
            var kernel = which switch { 0 => AttentionKernels.Gate20, 1 => AttentionKernels.GateAny20, _ => AttentionKernels.GroupGate20 };
            var (own, width) = (projects || which == 2, projects || which == 2 ? 2 * half : 20);
            return new AttentionCase($"gated {kernel} {shape} {half} {own} {norms}", kernel, shape) { Gate = RandomGates.Make(half, kernel, shape, width, own, norms) };
        }).Sample(problem => problem.Run(device), iter: 30, threads: 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void A_growing_cache_gives_what_a_new_one_gives(int step)
    {
        const int Keys = 150;
        using var device = new CpuDevice(threads: 2);
        var (kernel, shape) = (AttentionKernels.GroupGate20, new AttentionShape(1, step, Keys, 4, 2, 20));
        using var plan = kernel.Plan(device, shape);
        using var queries = Filled(device, 7, Keys * 4 * 20);
        using var keys = Filled(device, 8, Keys * 2 * 20);
        using var grown = device.Allocate(step * 4 * 20 * sizeof(float));
        using var fresh = device.Allocate(step * 4 * 20 * sizeof(float));
        using var growing = new GateKeyCache(device, RandomGates.Make(9, kernel, shape, 20), 1, Keys);
        for (var length = step; length <= Keys; length += step)
        {
            var query = Tensor.Heads(queries, ElementType.Float32, 1, step, 4, 20, (length - step) * 4 * 20);
            var key = Tensor.Heads(keys, ElementType.Float32, 1, length, 2, 20);
            using var once = new GateKeyCache(device, growing.Gate, 1, Keys);
            plan.Run(query, key, key, Tensor.Heads(grown, ElementType.Float32, 1, step, 4, 20), growing);
            plan.Run(query, key, key, Tensor.Heads(fresh, ElementType.Float32, 1, step, 4, 20), once);
            Assert.Equal(Read(grown), Read(fresh));
        }
    }

    [Fact]
    public void Keys_changed_after_a_truncation_are_projected_anew()
    {
        using var device = new CpuDevice(threads: 2);
        var (kernel, shape) = (AttentionKernels.GroupGate20, new AttentionShape(1, 1, 160, 2, 1, 20));
        using var plan = kernel.Plan(device, shape);
        using var queries = Filled(device, 3, 2 * 20);
        using var before = Filled(device, 4, 160 * 20);
        // Keys that are all alike: the first blocks are taken.
        using var after = device.Allocate(160 * 20 * sizeof(float));
        var query = Tensor.Heads(queries, ElementType.Float32, 1, 1, 2, 20);
        using var cache = new GateKeyCache(device, RandomGates.Make(6, kernel, shape, 20), 1, 160);
        using var fresh = new GateKeyCache(device, cache.Gate, 1, 160);
        string Selected(DeviceBuffer keys, GateKeyCache gate)
        {
            var index = plan.Select(query, Tensor.Heads(keys, ElementType.Float32, 1, 160, 1, 20), gate);
            return string.Join(' ', index.Ranges(0, 0, 159).ToArray());
        }

        var (first, expected) = (Selected(before, cache), Selected(after, fresh));
        Assert.NotEqual(first, expected);
        cache.Truncate(0);
        Assert.Equal(expected, Selected(after, cache));
    }

    [Fact]
    public void A_gate_is_asked_for_and_must_fit()
    {
        using var device = new CpuDevice(threads: 1);
        using var other = new CpuDevice(threads: 1);
        var (kernel, shape) = (AttentionKernels.Gate20, new AttentionShape(2, 40, 40, 4, 2, 20));
        using var plan = kernel.Plan(device, shape);
        using var buffer = device.Allocate(1 << 16);
        var (query, key) = (Tensor.Heads(buffer, ElementType.Float32, 2, 40, 4, 20), Tensor.Heads(buffer, ElementType.Float32, 2, 40, 2, 20));
        Assert.Contains("Pass a GateKeyCache", Assert.Throws<KernelException>(() => plan.Run(query, key, key, query)).Message);
        Assert.Contains("Pass a GateKeyCache", Assert.Throws<KernelException>(() => plan.Select(query, key)).Message);
        void Refused(string reason, AttentionGate gate, Device on, int batch = 2, int keys = 40)
        {
            using var cache = new GateKeyCache(on, gate, batch, keys);
            Assert.Contains(reason, Assert.Throws<KernelException>(() => plan.Run(query, key, key, query, cache)).Message);
        }

        var fitting = RandomGates.Make(1, kernel, shape, 20);
        Refused("the plan runs on cpu", fitting, other);
        Refused("the gate's cache holds 1 of 40", fitting, device, batch: 1);
        Refused("the gate's cache holds 2 of 39", fitting, device, keys: 39);
        Refused("QueryHeads = 2", RandomGates.Make(1, kernel, shape with { QueryHeads = 2 }, 20), device);
        Refused("HeadDim = 24", RandomGates.Make(1, kernel, shape with { HeadDim = 24 }, 20), device);
        Refused("SharedByGroup = True", RandomGates.Make(1, AttentionKernels.GroupGate20, shape, 20), device);

        using var pooled = AttentionKernels.PooledTop20.Plan(device, shape);
        using var room = new GateKeyCache(device, fitting, 2, 40);
        Assert.Contains("this kernel asks none", Assert.Throws<KernelException>(() => pooled.Run(query, key, key, query, room)).Message);
    }

    [Theory]
    [InlineData("query heads", 3, 2, 8, 8, 16, 2 * 24 * 8, 3 * 64)]
    [InlineData("even head dimension", 2, 2, 7, 8, 16, 2 * 21 * 8, 2 * 56)]
    [InlineData("a width of 258", 2, 2, 8, 258, 16, 2 * 24 * 258, 2 * 8 * 258)]
    [InlineData("blocks of 0 keys", 2, 2, 8, 8, 0, 2 * 24 * 8, 2 * 64)]
    [InlineData("key weights", 4, 2, 8, 8, 16, 2 * 24 * 8 + 1, 4 * 64)]
    [InlineData("query weights", 4, 2, 8, 8, 16, 2 * 24 * 8, 4 * 64 - 1)]
    [InlineData("without query weights", 4, 2, 8, 6, 16, 2 * 24 * 6, 0)]
    public void A_gate_of_other_lengths_is_refused(string reason, int queryHeads, int keyHeads, int headDim, int width, int block, int keyWeights, int queryWeights)
    {
        var refusal = Assert.Throws<KernelException>(() => new AttentionGate(
            new GateShape(queryHeads, keyHeads, headDim, width, block, false), RandomGates.Rotation(headDim, 1), RandomGates.Rotation(width, 1),
            new float[keyWeights], new float[queryWeights]));
        Assert.Contains(reason, refusal.Message);
    }

    [Fact]
    public void Weights_that_are_no_numbers_are_refused()
    {
        var weights = new float[2 * 24 * 8];
        weights[77] = float.NaN;
        var refusal = Assert.Throws<KernelException>(() => new AttentionGate(
            new GateShape(2, 2, 8, 8, 16, false), RandomGates.Rotation(8, 1), RandomGates.Rotation(8, 1), weights, []));
        Assert.Contains("key weight 77 of NaN", refusal.Message);
    }

    private static DeviceBuffer Filled(Device device, int seed, int count)
    {
        var buffer = device.Allocate(count * sizeof(float));
        buffer.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes(RandomValues.Normal(seed, count).AsSpan()));
        return buffer;
    }

    private static float[] Read(DeviceBuffer buffer)
    {
        var values = new float[buffer.ByteLength / sizeof(float)];
        buffer.CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
