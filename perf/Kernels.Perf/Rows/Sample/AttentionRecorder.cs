using System.Runtime.InteropServices;

namespace Kernels.Perf.Rows.Sample;

/// <summary>A kernel that keeps a copy of what it is given, then runs another: planned into a model, it sees every layer in order.</summary>
internal sealed class AttentionRecorder
{
    private readonly List<AttentionInputs> _layers = [];

    /// <param name="kernel">What does the work.</param>
    public AttentionRecorder(AttentionKernel kernel) => Kernel = new AttentionKernel(kernel.Declaration, new Program(this, kernel));

    /// <summary>The kernel to give to a model.</summary>
    public AttentionKernel Kernel { get; }

    /// <summary>Inputs of every run so far.</summary>
    public IReadOnlyList<AttentionInputs> Layers => _layers;

    private static float[] Copy(in Tensor tensor)
    {
        if (tensor.Type != ElementType.Float32 || tensor[0] != 1)
            throw new NotSupportedException($"One fp32 sequence is recorded; {tensor} was given.");
        var (tokens, heads, channels) = (tensor[1], tensor[2], tensor[3]);
        var values = new float[tokens * heads * channels];
        for (var token = 0; token < tokens; token++)
            for (var head = 0; head < heads; head++)
                tensor.Buffer.CopyTo(
                    MemoryMarshal.AsBytes(values.AsSpan((token * heads + head) * channels, channels)),
                    sizeof(float) * (tensor.Offset + token * tensor.Stride(1) + head * tensor.Stride(2)));
        return values;
    }

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

        protected override void RunCore(in Tensor query, in Tensor key, in Tensor value, in Tensor output, in Tensor? logSumExp)
        {
            recorder._layers.Add(new AttentionInputs(Copy(query), Copy(key), Copy(value)));
            plan.Run(query, key, value, output, logSumExp);
        }
    }
}
