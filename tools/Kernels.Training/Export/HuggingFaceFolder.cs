using System.Runtime.InteropServices;
using Kernels.Models;
using Kernels.Training.Model;

namespace Kernels.Training.Export;

/// <summary>Writes the trained parameters as an ordinary Hugging Face folder.</summary>
internal static unsafe class HuggingFaceFolder
{
    /// <summary>Rounds every parameter to the nearest bfloat16, as the file will hold it.</summary>
    public static void Round(Span<float> parameters)
    {
        foreach (ref var p in parameters) p = ElementTypes.FromBFloat16(ElementTypes.ToBFloat16(p));
    }

    /// <summary>Writes config.json, tokenizer.json and model.safetensors (bfloat16).</summary>
    public static void Write(string folder, ParameterLayout layout, ReadOnlySpan<float> parameters)
    {
        Directory.CreateDirectory(folder);
        var tensors = new List<SafetensorsTensor>();
        foreach (var slice in layout.Slices)
        {
            var values = new ushort[slice.Length];
            for (var i = 0; i < values.Length; i++) values[i] = ElementTypes.ToBFloat16(parameters[slice.Offset + i]);
            tensors.Add(new SafetensorsTensor(
                slice.Name, ElementType.BFloat16, slice.IsVector ? [slice.Columns] : [slice.Rows, slice.Columns],
                MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));
        }

        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt" });
        File.WriteAllBytes(Path.Combine(folder, "config.json"), Config(layout.Shape).ToJson());
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.json"), ByteTokenizerFile.Write());
    }

    private static ModelConfig Config(ModelShape shape) => new()
    {
        Architecture = ModelArchitecture.Llama,
        HiddenSize = shape.Width,
        IntermediateSize = shape.Inner,
        Layers = shape.Layers,
        QueryHeads = shape.QueryHeads,
        KeyHeads = shape.KeyHeads,
        HeadDim = shape.HeadDim,
        VocabularySize = shape.Vocabulary,
        PositionLimit = shape.Context,
        NormEpsilon = shape.NormEpsilon,
        RotaryBase = shape.RotaryTheta,
        TiedHead = true,
        QueryKeyValueBias = true,
        OutputBias = true,
    };
}
