using System.Globalization;
using System.Text;

namespace Kernels.Scheduling;

/// <summary>What a plan does and holds, step by step.</summary>
/// <param name="Graph">Name of the graph.</param>
/// <param name="Device">Where it runs.</param>
/// <param name="Shape">The largest run.</param>
/// <param name="Nodes">Steps in order.</param>
/// <param name="WeightBytes">Bytes of the device's weights, each counted once, shared with other plans of the device.</param>
/// <param name="StateBytes">Bytes of states (KV cache) at the largest shape.</param>
/// <param name="ArenaBytes">Bytes that all values share.</param>
public sealed record PlanExplanation(
    string Graph, string Device, ShapeClass Shape, IReadOnlyList<ExplainedNode> Nodes, long WeightBytes, long StateBytes, long ArenaBytes)
{
    /// <summary>Bytes of kernel workspaces.</summary>
    public long WorkspaceBytes => Nodes.Sum(node => node.WorkspaceBytes);

    /// <summary>Bytes of everything: weights, states, arena and workspaces.</summary>
    public long TotalBytes => WeightBytes + StateBytes + ArenaBytes + WorkspaceBytes;

    /// <summary>The steps and totals as a table.</summary>
    public override string ToString()
    {
        string[] header = ["node", "operation", "kernel", "device", "output", "workspace", "weights"];
        var rows = Nodes.Select(node => new[]
        {
            node.Name, node.Operation, node.Kernel, node.Device, Bytes(node.OutputBytes), Bytes(node.WorkspaceBytes), Bytes(node.WeightBytes),
        }).Prepend(header).ToArray();
        var widths = Enumerable.Range(0, header.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Graph} on {Device}: up to {Shape.Tokens} tokens a run, {Shape.Keys} in all");
        foreach (var row in rows)
            text.AppendLine(string.Join("  ", row.Select((cell, column) => column < 4 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
        text.Append(CultureInfo.InvariantCulture,
            $"weights {Bytes(WeightBytes)} + states {Bytes(StateBytes)} + arena {Bytes(ArenaBytes)} + workspaces {Bytes(WorkspaceBytes)} = {Bytes(TotalBytes)}");
        return text.ToString();
    }

    private static string Bytes(long bytes) => bytes switch
    {
        0 => "-",
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:f1} KiB"),
        < 1024L * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:f1} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:f2} GiB"),
    };
}
