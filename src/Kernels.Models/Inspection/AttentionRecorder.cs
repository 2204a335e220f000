using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>A kernel that shows what it is given, then runs another: planned into a model, it sees every layer in order.</summary>
public sealed class AttentionRecorder
{
    private readonly Action<AttentionInputs> _observe;

    /// <summary>Makes the kernel.</summary>
    /// <param name="kernel">What does the work.</param>
    /// <param name="observe">Called with a copy before every run.</param>
    public AttentionRecorder(AttentionKernel kernel, Action<AttentionInputs> observe)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        _observe = observe;
        Kernel = new AttentionKernel(kernel.Declaration, new Program(this, kernel));
    }

    /// <summary>The kernel to give to a model.</summary>
    public AttentionKernel Kernel { get; }

    private static float[] Copy(in Tensor tensor)
    {
        if (tensor.Type != ElementType.Float32 || tensor[0] != 1)
            throw new NotSupportedException($"One fp32 sequence is recorded; {tensor} was given.");
        var (tokens, heads, channels) = (tensor[1], tensor[2], tensor[3]);
        var values = new float[tokens * heads * channels];
        if (tensor.Stride(2) == channels)
            for (var token = 0; token < tokens; token++)
                Read(tensor, token * tensor.Stride(1), values.AsSpan(token * heads * channels, heads * channels));
        else
            for (var row = 0; row < tokens * heads; row++)
                Read(tensor, row / heads * tensor.Stride(1) + row % heads * tensor.Stride(2), values.AsSpan(row * channels, channels));
        return values;
    }

    private static void Read(in Tensor tensor, long element, Span<float> target) =>
        tensor.Buffer.CopyTo(MemoryMarshal.AsBytes(target), sizeof(float) * (tensor.Offset + element));

    private sealed class Program(AttentionRecorder recorder, AttentionKernel kernel) : AttentionProgram
    {
        public override bool Targets(Device device) => true;

        public override Support Supports(Device device, AttentionDeclaration declaration, in AttentionShape shape) => kernel.Supports(device, shape);

        public override AttentionPlan Plan(Device device, AttentionDeclaration declaration, in AttentionShape shape) =>
            new RecordingPlan(recorder, kernel.Plan(device, shape));
    }

    private sealed class RecordingPlan(AttentionRecorder recorder, AttentionPlan plan) : AttentionPlan(plan.Device, plan.Declaration, plan.Shape)
    {
        public override long WorkspaceBytes => plan.WorkspaceBytes;

        public override AttentionWork Work => plan.Work;

        public override void Dispose() => plan.Dispose();

        protected override void RunCore(in AttentionRun run)
        {
            recorder._observe(new AttentionInputs(Copy(run.Query), Copy(run.Key), Copy(run.Value)));
            plan.Run(run);
        }
    }
}
