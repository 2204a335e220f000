using System.Runtime.InteropServices;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>Gates in files: the published names, and everything a file may have wrong.</summary>
public sealed class AttentionGatesTests : IDisposable
{
    private static readonly ModelConfig Config = RandomModel.Tiny(ModelArchitecture.Llama);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_written_is_read(bool forDecode)
    {
        var gates = Load(Tensors(forDecode, width: 12));
        Assert.Equal(forDecode, gates.ServesDecode);
        Assert.Equal(Config.Layers, gates.Layers.Count);
        var again = Load(gates.ToTensors());
        for (var layer = 0; layer < Config.Layers; layer++)
        {
            Assert.Equal(gates.Layers[layer].Shape, again.Layers[layer].Shape);
            Assert.Equal(gates.Layers[layer].KeyWeights, again.Layers[layer].KeyWeights);
            Assert.Equal(gates.Layers[layer].QueryWeights, again.Layers[layer].QueryWeights);
            Assert.Equal(gates.Layers[layer].KeyNorm, again.Layers[layer].KeyNorm);
        }

        Assert.Equal(gates.ToTensors().Select(tensor => tensor.Name).Order(), again.ToTensors().Select(tensor => tensor.Name).Order());
    }

    [Fact]
    public void A_gate_without_query_projections_has_key_projections_for_every_query_head()
    {
        var tensors = Enumerable.Range(0, Config.Layers).Select(layer => Of(layer, "mask_linear_k.weight", 6, 24, 8)).ToArray();
        var gate = Load(tensors).Layers[1];
        Assert.True(gate.KeysPerQueryHead);
        Assert.True(gate.QueryWeights.IsEmpty);
        Assert.Equal(new GateShape(6, 2, 8, 8, 64, false), gate.Shape);
        Assert.Equal(gate.KeyWeights.Slice(3 * 24 * 8, 3 * 24 * 8), gate.ForKeyHead(1).KeyWeights);
    }

    [Fact]
    public void Files_of_16_bits_are_widened()
    {
        var stored = Tensors(false, 12).Select(tensor => new SafetensorsTensor(
            tensor.Name, ElementType.BFloat16, tensor.Shape, FloatStorage.Encode(FloatStorage.Decode(tensor.Data.Span, ElementType.Float32), ElementType.BFloat16))).ToArray();
        var gates = Load(stored);
        var exact = Load(Tensors(false, 12));
        for (var i = 0; i < gates.Layers[0].KeyWeights.Length; i++) Assert.Equal(exact.Layers[0].KeyWeights[i], gates.Layers[0].KeyWeights[i], 0.02f);
    }

    [Fact]
    public void Files_that_do_not_fit_the_model_are_refused_by_name()
    {
        void Refused(IReadOnlyList<SafetensorsTensor> tensors, params string[] parts)
        {
            var message = Assert.Throws<ModelException>(() => Load(tensors)).Message;
            foreach (var part in parts) Assert.Contains(part, message);
        }

        var good = Tensors(false, 12);
        Refused([.. good.Where(tensor => !tensor.Name.Contains(".1."))], "gate of layer 1", "missing");
        Refused([.. good, Of(2, "mask_linear_k.weight", 2, 24, 12)], "model.layers.2.self_attn.attn_gate", "2 layers");
        Refused(Replaced(good, Of(0, "mask_linear_k.weight", 2, 16, 12)), "mask_linear_k", "[2, 16, 12]", "[2, 24, 12]");
        Refused(Replaced(good, Of(0, "mask_linear_k.weight", 3, 24, 12)), "[3, 24, 12]");
        Refused(Replaced(good, Of(0, "mask_linear_q.weight", 6, 8, 10)), "mask_linear_q", "[6, 8, 10]", "[6, 8, 12]");
        Refused(Replaced(good, Of(0, "mask_linear_k.weight", 2, 24)), "[2, 24]", "[heads, inputs, width]");
        Refused(Replaced(good, Of(0, "mask_linear_k.weight", 2, 24, 300)), "width of 2 to 256");
        Refused(Replaced(good, new SafetensorsTensor(Of(0, "mask_linear_k.weight").Name, "I32", [2, 24, 12], new byte[4 * 2 * 24 * 12])), "I32", "F32, BF16 or F16");
        Refused([.. Enumerable.Range(0, 2).SelectMany(layer => LayerTensors(false, 12 - 2 * layer, layer))], "several shapes");
        Refused([.. Tensors(true, 12).Where(tensor => !tensor.Name.Contains("linear_q"))], "attngate_linear_q", "missing");
        var broken = good[0].Data.ToArray();
        MemoryMarshal.Cast<byte, float>(broken.AsSpan())[5] = float.PositiveInfinity;
        Refused(Replaced(good, good[0] with { Data = broken }), "gate of layer 0", "finite numbers");
        Assert.Contains("missing", Assert.Throws<ModelException>(() => AttentionGates.Load(_folder["nowhere"], Config)).Message);
        File.WriteAllBytes(_folder["gates.pth"], [0x50, 0x4B, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
        Assert.Contains("header", Assert.Throws<ModelException>(() => AttentionGates.Load(_folder["gates.pth"], Config)).Message);
        var dynamic = Config with { RotaryScaling = new RotaryScaling { Kind = RotaryScalingKind.Dynamic, Factor = 2, OriginalContext = 128 } };
        Write(good);
        Assert.Contains("dynamic", Assert.Throws<ModelException>(() => AttentionGates.Load(_folder["gates.safetensors"], dynamic)).Message);
    }

    /// <summary>Gates of random weights for a tiny model.</summary>
    internal static IReadOnlyList<SafetensorsTensor> Tensors(bool forDecode, int width) =>
        [.. Enumerable.Range(0, Config.Layers).SelectMany(layer => LayerTensors(forDecode, width, layer))];

    private static IEnumerable<SafetensorsTensor> LayerTensors(bool forDecode, int width, int layer) => forDecode
        ? [Of(layer, "attngate_linear_k.weight", 2, 24, width), Of(layer, "attngate_linear_q.weight", 2, 3, 8, width), Of(layer, "attngate_knorm.weight", width)]
        : [Of(layer, "mask_linear_k.weight", 2, 24, width), Of(layer, "mask_linear_q.weight", 6, 8, width)];

    private static SafetensorsTensor Of(int layer, string name, params long[] shape)
    {
        var random = new Random(layer + name.Length);
        var values = new float[shape.Aggregate(1L, (product, length) => product * length)];
        for (var i = 0; i < values.Length; i++) values[i] = (float)(random.NextDouble() - 0.5);
        return new SafetensorsTensor($"model.layers.{layer}.self_attn.attn_gate.{name}", ElementType.Float32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    private static IReadOnlyList<SafetensorsTensor> Replaced(IReadOnlyList<SafetensorsTensor> tensors, SafetensorsTensor other) =>
        [.. tensors.Select(tensor => tensor.Name == other.Name ? other : tensor)];

    private AttentionGates Load(IReadOnlyList<SafetensorsTensor> tensors)
    {
        Write(tensors);
        return AttentionGates.Load(_folder["gates.safetensors"], Config);
    }

    private void Write(IReadOnlyList<SafetensorsTensor> tensors) => SafetensorsWriter.Write(_folder["gates.safetensors"], tensors);
}
