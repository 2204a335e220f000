using System.Runtime.InteropServices;

namespace Kernels.Models.Tests;

/// <summary>A folder of tensors stored in parts, with the config.json that describes them.</summary>
internal sealed class StoredFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StoredFolder(IReadOnlyList<SafetensorsTensor> tensors, string quantization = "null")
    {
        SafetensorsWriter.Write(_folder["model.safetensors"], tensors);
        File.WriteAllText(_folder["config.json"], "{\"quantization_config\":" + quantization + "}");
    }

    public static string Packed(int bits) =>
        """{"quant_method":"compressed-tensors","format":"pack-quantized","config_groups":{"group_0":{"targets":["Linear"],"weights":{"num_bits":"""
        + bits + ""","type":"int"}}}}""";

    public static SafetensorsTensor Tensor<T>(string name, string type, T[] values, params long[] shape) where T : unmanaged =>
        new(name, type, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>The weight <c>w.weight</c> as fp32.</summary>
    public float[] Read()
    {
        using var tensors = ModelTensors.Open(ModelFiles.InFolder(_folder.Path));
        return tensors.ReadFloats("w.weight").Values;
    }

    /// <summary>Which weights are stored.</summary>
    public WeightMask? ReadMask()
    {
        using var tensors = ModelTensors.Open(ModelFiles.InFolder(_folder.Path));
        return tensors.Stored("w.weight").ReadMask();
    }

    /// <summary>The numbers its integers stand for, and their storage; null where it has none.</summary>
    public (float[] Values, ElementType Type)? ReadIntegers()
    {
        using var tensors = ModelTensors.Open(ModelFiles.InFolder(_folder.Path));
        var stored = tensors.Stored("w.weight");
        return stored.ReadIntegers() is { } integers ? (integers.Values((int)stored.Entry.Shape[1]), stored.Form.Type) : null;
    }

    public void Dispose() => _folder.Dispose();
}
