namespace Kernels.Models;

/// <summary>Finds weights that are stored in parts, and stands for each of them with one tensor of its name.</summary>
internal static class CompressedTensors
{
    // What every form has exactly one of.
    private static readonly string[] Marks = [".bitmask", ".weight_packed", ".blocks"];

    private static readonly string[] Endings =
        ["shape", "compressed", "bitmask", "row_offsets", "weight_packed", "weight_scale", "weight_zero_point", "weight_g_idx", "weight_shape", "scale_packed", "meta", "offsets", "blocks", "values"];

    /// <summary>Replaces parts by what they stand for.</summary>
    /// <param name="tensors">The tensors of a model by name.</param>
    /// <param name="quantization">What config.json says of them; null where it says nothing.</param>
    /// <exception cref="ModelException">Parts are missing or contradict each other.</exception>
    public static void Replace(Dictionary<string, StoredTensor> tensors, QuantizationConfig? quantization)
    {
        var compressed = tensors.Keys
            .Where(name => Array.Exists(Marks, mark => name.EndsWith(mark, StringComparison.Ordinal)))
            .Select(name => name[..name.LastIndexOf('.')]).ToArray();
        foreach (var prefix in compressed)
        {
            var found = Endings.Where(ending => tensors.ContainsKey($"{prefix}.{ending}")).ToDictionary(ending => ending, ending => tensors[$"{prefix}.{ending}"]);
            var name = prefix.EndsWith(".weight", StringComparison.Ordinal) ? prefix : prefix + ".weight";
            var parts = new TensorParts(name, found);
            if (tensors.ContainsKey(name))
                throw new ModelException(parts.File, $"weight '{name}'", "stored twice", $"it is there whole and as {string.Join(", ", found.Keys)}", "Fetch the model again.");
            StoredTensor decoded = parts.Has("bitmask") ? BitmaskTensor.Of(parts)
                : parts.Has("blocks") ? BlockTensor.Of(parts)
                : parts.Has("meta") ? MarlinTensor.Of(parts)
                : PackedTensor.Of(parts, Bits(parts, quantization));
            foreach (var ending in found.Keys) tensors.Remove($"{prefix}.{ending}");
            tensors.Add(name, decoded);
        }
    }

    private static int Bits(TensorParts parts, QuantizationConfig? quantization) => quantization?.Bits
        ?? throw new ModelException(parts.File, $"weight '{parts.Name}'", "packed", "quantization_config in config.json must give its num_bits", "Fetch the model's config.json as well.");
}
