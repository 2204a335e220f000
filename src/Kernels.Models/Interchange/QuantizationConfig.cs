namespace Kernels.Models;

/// <summary>What <c>quantization_config</c> of config.json says of stored weights, by the conventions of compressed-tensors or of <see cref="BlockFormat"/>.</summary>
/// <param name="Format">Format of quantised weights; null where there are none.</param>
/// <param name="Bits">Bits of their integers; null where there are none.</param>
/// <param name="SparsityFormat">Format of sparse weights; null where there are none.</param>
internal sealed record QuantizationConfig(string? Format, int? Bits, string? SparsityFormat)
{
    private static readonly string[] Formats = ["dense", "pack-quantized", "marlin-24"];
    private static readonly string[] SparsityFormats = ["dense", "sparse-24-bitmask", "sparse-bitmask"];

    /// <summary>Reads the field; null where it is absent.</summary>
    /// <exception cref="ModelException">It describes something that is not read.</exception>
    public static QuantizationConfig? Read(JsonFields config)
    {
        const string unquantised = "Choose the unquantised model.";
        if (config.Object("quantization_config") is not { } fields) return null;
        if (fields.Text("quant_method") == BlockFormat.Method && fields.Text("format") == BlockFormat.Name) return new QuantizationConfig(null, null, null);
        if (fields.Text("quant_method") is var method && method != "compressed-tensors")
            throw fields.Refuse("quant_method", method ?? "missing", "compressed-tensors and kernels blocks are read", unquantised);
        var sparsity = fields.Object("sparsity_config");
        var sparse = sparsity?.Text("format");
        if (sparse is not null && !SparsityFormats.Contains(sparse))
            throw sparsity!.Value.Refuse("format", sparse, $"the formats read are {string.Join(", ", SparsityFormats)}", unquantised);
        var format = fields.Text("format");
        if (format is not null && !Formats.Contains(format))
            throw fields.Refuse("format", format, $"the formats read are {string.Join(", ", Formats)}", unquantised);
        return new QuantizationConfig(format, format is "pack-quantized" or "marlin-24" ? BitsOf(fields) : null, sparse);
    }

    private static int BitsOf(JsonFields fields)
    {
        int? bits = null;
        if (fields.Object("config_groups") is { } groups)
            foreach (var name in groups.Names)
            {
                var weights = groups.Object(name)?.Object("weights") ?? throw groups.Refuse(name, "without weights", "it describes quantised weights");
                if (weights.Text("type") is { } type && type != "int") throw weights.Refuse("type", type, "integers are read");
                var given = weights.Integer("num_bits", 4, 8);
                if (given is not (4 or 8)) throw weights.Refuse("num_bits", $"{given}", "4 or 8 bits are read");
                if (bits is { } before && before != given) throw weights.Refuse("num_bits", $"{given}", $"another group has {before}");
                bits = given;
            }

        return bits ?? throw fields.Refuse("config_groups", "empty", "it gives the num_bits of packed weights");
    }
}
