using ILGPU.Runtime.Cuda;
using Kernels.Testing;
using Kernels.Tests.Contraction;
using Xunit;

namespace Kernels.Tests.Devices.Cuda;

/// <summary>What is asked of NVIDIA's driver, in which order, and what its refusals become.</summary>
public sealed class CudaQueueTests : IDisposable
{
    private const int Half = PinnedStaging.HalfBytes;

    private readonly EmulatedDriver _driver = new();
    private readonly Device _device;

    public CudaQueueTests() => _device = PtxDevices.Open(_driver);

    public static TheoryData<string> CaptureCalls =>
        new("cuGraphCreate", "cuStreamBeginCapture", "cuStreamEndCapture", "cuGraphAddChildGraphNode", "cuGraphInstantiateWithFlags");

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1000, 17)]
    [InlineData(Half, 3)]
    [InlineData(2 * Half + 5, 64)]
    [InlineData(3 * Half, 0)]
    public void Copies_of_any_length_pass_through_page_locked_halves(int length, int offset)
    {
        var source = new byte[length];
        new Random(length).NextBytes(source);
        using var buffer = _device.Allocate(length + 100L);
        buffer.CopyFrom(source, offset);
        var target = new byte[length + 100];
        buffer.CopyTo(target);
        Assert.True(source.AsSpan().SequenceEqual(target.AsSpan(offset, length)));
        Assert.All(target[(offset + length)..], value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_half_is_written_again_only_after_its_last_copy_has_left_it()
    {
        using var buffer = _device.Allocate(3L * Half);
        buffer.CopyFrom(new byte[2 * Half + 7]);
        Assert.Equal(
            [
                "cuEventCreate(2)", "cuEventCreate(2)", $"cuMemAllocHost({2 * Half})",
                "cuEventSynchronize(1)", $"cuMemcpyHtoDAsync({Half}, 5)", "cuEventRecord(1, 5)",
                "cuEventSynchronize(2)", $"cuMemcpyHtoDAsync({Half}, 5)", "cuEventRecord(2, 5)",
                "cuEventSynchronize(1)", "cuMemcpyHtoDAsync(7, 5)", "cuEventRecord(1, 5)",
            ],
            _driver.Calls);
        _driver.Calls.Clear();
        buffer.CopyTo(new byte[2 * Half]);
        Assert.Equal(
            [
                $"cuMemcpyDtoHAsync({Half}, 5)", "cuEventRecord(1, 5)", $"cuMemcpyDtoHAsync({Half}, 5)", "cuEventRecord(2, 5)",
                "cuEventSynchronize(1)", "cuEventSynchronize(2)",
            ],
            _driver.Calls);
    }

    [Fact]
    public void A_timer_is_two_events_around_the_work()
    {
        using (var timer = _device.CreateTimer())
        {
            timer.Start();
            _device.Synchronize();
            timer.Stop();
            Assert.Equal(TimeSpan.FromMilliseconds(1), timer.Elapsed);
        }

        Assert.Equal(
            [
                "cuEventCreate(0)", "cuEventCreate(0)", "cuEventRecord(1, 5)", "cuEventRecord(2, 5)", "cuEventSynchronize(2)", "cuEventElapsedTime(1, 2)",
                "cuEventDestroy(1)", "cuEventDestroy(2)",
            ],
            _driver.Calls);
    }

    [Fact]
    public void A_captured_product_runs_when_it_is_launched_and_reads_what_its_buffers_then_hold()
    {
        var problem = new ProductCase(1, 64, 40);
        var (x, w) = (problem.Activations(), problem.Weights());
        using var weights = problem.Kernel.Pack(_device, problem.Host(w, out _));
        using var plan = problem.Kernel.Plan(_device, new MatMulShape(1, 64, 40));
        using var input = new GuardedTensor(_device, ElementType.Float32, 1, 64);
        using var output = new GuardedTensor(_device, ElementType.Float32, 1, 40);
        input.Write(new float[64]);
        _driver.Calls.Clear();
        var runs = 1;
        using (var graph = _device.Capture(
            () => plan.Run(input.Tensor, weights, output.Tensor),
            () =>
            {
                for (var i = 0; i < runs; i++) plan.Run(input.Tensor, weights, output.Tensor);
            }))
        {
            Assert.Equal(
                [
                    "cuGraphCreate()",
                    "cuStreamBeginCapture(5, 2)", "cuStreamEndCapture(5)", "cuGraphAddChildGraphNode()", "cuGraphDestroy()",
                    "cuStreamBeginCapture(5, 2)", "cuStreamEndCapture(5)", "cuGraphAddChildGraphNode()", "cuGraphDestroy()",
                    "cuGraphInstantiateWithFlags(0)",
                ],
                _driver.Calls);
            Assert.All(output.Read("nothing has run"), value => Assert.True(float.IsNaN(value)));
            input.Write(x);
            graph.Launch();
            Tolerance.AssertClose(MatMulOracle.Multiply(x, w, 1, 64, 40), output.Read("launched"), ElementType.Float32, "launched graph");

            // The same kernels: their arguments are taken in place. Two kernels for one: a new graph is made.
            _driver.Calls.Clear();
            graph.Update(1);
            Assert.Equal(["cuStreamBeginCapture(5, 2)", "cuStreamEndCapture(5)", "cuGraphExecChildGraphNodeSetParams()", "cuGraphDestroy()"], _driver.Calls);
            runs = 2;
            graph.Update(0, 1);
            Assert.Contains("cuGraphInstantiateWithFlags(0)", _driver.Calls);
            Assert.Contains("cuGraphExecDestroy()", _driver.Calls);
            graph.Launch();
        }

        // Page-locked memory and its two events stay with the device.
        Assert.Equal(3, _driver.Held);
    }

    [Fact]
    public void A_closed_device_has_given_everything_back()
    {
        using (var buffer = _device.Allocate(8)) buffer.CopyFrom(new byte[8]);
        _device.CreateTimer().Dispose();
        _device.Capture(() => { }).Dispose();
        _device.Dispose();
        Assert.Equal(0, _driver.Held);
    }

    [Theory]
    [MemberData(nameof(CaptureCalls))]
    public void A_refused_capture_names_the_call_and_leaves_the_device_usable(string call)
    {
        _driver.Answers[call] = CudaError.CUDA_ERROR_NOT_SUPPORTED;
        var error = Assert.Throws<DeviceException>(() => _device.Capture(() => { }));
        Assert.Equal((call, nameof(CudaError.CUDA_ERROR_NOT_SUPPORTED)), (error.Call, error.Answer));
        _driver.Answers.Clear();
        new ProductCase(2, 16, 8).Check(_device);
        _device.Capture(() => { }).Dispose();
    }

    [Fact]
    public void Copies_and_waits_inside_a_capture_are_refused_and_end_it()
    {
        using var buffer = _device.Allocate(8);
        var actions = new Action[]
            { () => buffer.CopyFrom(new byte[8]), () => buffer.CopyTo(new byte[8]), _device.Synchronize, () => _device.Allocate(8) };
        foreach (var action in actions)
        {
            var error = Assert.Throws<InvalidOperationException>(() => _device.Capture(action));
            Assert.Contains("a graph holds kernels alone", error.Message);
            action();
        }
    }

    [Fact]
    public void Refused_copies_name_the_call()
    {
        using var buffer = _device.Allocate(8);
        _driver.Answers["cuMemAllocHost"] = CudaError.CUDA_ERROR_OUT_OF_MEMORY;
        Assert.Equal("cuMemAllocHost", Assert.Throws<DeviceException>(() => buffer.CopyFrom(new byte[8])).Call);
        _driver.Answers.Clear();
        buffer.CopyFrom([1, 2, 3, 4, 5, 6, 7, 8]);
    }

    [Fact]
    public void Devices_without_graphs_refuse_to_capture_and_time_by_the_clock()
    {
        using var device = new CpuDevice(1);
        Assert.Contains("only NVIDIA GPUs", device.SupportsCapture.Reason);
        Assert.Contains("Run the work itself", Assert.Throws<NotSupportedException>(() => device.Capture(() => { })).Message);
        using var timer = device.CreateTimer();
        timer.Start();
        Thread.Sleep(5);
        timer.Stop();
        Assert.True(timer.Elapsed >= TimeSpan.FromMilliseconds(4));
    }

    [Fact]
    public void Out_of_memory_names_request_free_and_total_bytes_and_leaves_the_device_usable()
    {
        const long request = 1L << 60;
        var error = Assert.Throws<OutOfMemoryException>(() => _device.Allocate(request));
        Assert.Contains($"could not reserve {request} bytes: 3000000 of its 80000000 bytes are free", error.Message);
        Assert.Equal(0, _device.AllocatedBytes);
        new ProductCase(2, 16, 8).Check(_device);
    }

    public void Dispose() => _device.Dispose();
}
