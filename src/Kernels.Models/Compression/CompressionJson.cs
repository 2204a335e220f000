using System.Text.Json.Serialization;

namespace Kernels.Models;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(AverageReport))]
[JsonSerializable(typeof(CompressionReport))]
[JsonSerializable(typeof(CompressionState))]
internal sealed partial class CompressionJson : JsonSerializerContext;
