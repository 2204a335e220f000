using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Kernels.Models;

namespace Kernels.Cli.Reports;

/// <summary>Reports as JSON: one object, snake_case names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(EvaluationReport))]
[JsonSerializable(typeof(InspectionReport))]
[JsonSerializable(typeof(DevicesReport))]
[JsonSerializable(typeof(CompressionReport))]
[JsonSerializable(typeof(AverageReport))]
[JsonSerializable(typeof(DistillationReport))]
[JsonSerializable(typeof(CatalogReport))]
[JsonSerializable(typeof(ClassificationReport))]
[JsonSerializable(typeof(float[]))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>Writes the object and a line break, nothing else.</summary>
    public static void Write<T>(TextWriter output, T report, Func<ReportJson, JsonTypeInfo<T>> type)
    {
        // Text stays readable: the output is a stream, never part of an HTML page.
        var types = new ReportJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        output.Write(JsonSerializer.Serialize(report, type(types)));
        output.Write('\n');
        output.Flush();
    }
}
