using System.Runtime.InteropServices;
using Kernels.Models;
using Kernels.Models.Tests;

namespace Kernels.Perf.Checking;

/// <summary>A stored model computed from the definition of its architecture in fp64: affordable for some hundred tokens.</summary>
internal static class LlamaDefinition
{
    /// <summary>Logits after the last token, every token attending to all before it.</summary>
    /// <param name="files">A model in one safetensors file.</param>
    /// <param name="tokens">The text.</param>
    /// <param name="length">Tokens the session was created for.</param>
    public static LogitsCheck Check(ModelFiles files, IReadOnlyList<int> tokens, int length)
    {
        using var tensors = files.OpenTensors("model.safetensors");
        var cache = new Dictionary<string, double[]>();
        var reference = new ReferenceModel(ModelConfig.Read(files), name =>
        {
            if (!cache.TryGetValue(name, out var values)) cache[name] = values = Widen(tensors, name);
            return values;
        });
        return new LogitsCheck(reference.Logits(tokens, length)[^1], "fp64");
    }

    private static double[] Widen(SafetensorsFile tensors, string name)
    {
        var entry = tensors.Find(name) ?? throw new InvalidDataException($"{tensors.Name} has no tensor '{name}'.");
        using var bytes = tensors.Map(entry);
        return entry.Type switch
        {
            ElementType.Float32 => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(bytes.Span).ToArray(), value => (double)value),
            ElementType.BFloat16 => Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes.Span).ToArray(), value => (double)ElementTypes.FromBFloat16(value)),
            ElementType.Float16 => Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes.Span).ToArray(), value => (double)ElementTypes.FromFloat16(value)),
            _ => throw new InvalidDataException($"Tensor '{name}' is stored as {entry.DataType}; weights are F32, BF16 or F16."),
        };
    }
}
