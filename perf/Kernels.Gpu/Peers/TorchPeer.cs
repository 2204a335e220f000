using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Kernels.Gpu.Rows;

namespace Kernels.Gpu.Peers;

/// <summary>Has PyTorch time the rows' shapes on the same GPU, in a process of its own.</summary>
internal static class TorchPeer
{
    private const string Script = "torch_rows.py";

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(150);

    /// <summary>Seconds by row and contender, and what timed them or why nothing did.</summary>
    public static (string Description, Dictionary<string, Dictionary<string, double>> Seconds) Measure(string python, IReadOnlyList<GpuRow> rows)
    {
        var folder = Directory.CreateTempSubdirectory("kernels-gpu-");
        try
        {
            var script = Path.Combine(folder.FullName, Script);
            using (var source = typeof(TorchPeer).Assembly.GetManifestResourceStream(Script)!)
            using (var target = File.Create(script)) source.CopyTo(target);
            var (answer, failure) = Run(python, script, JsonSerializer.Serialize(rows.ToDictionary(row => row.Name, row => row.Shape)));
            return answer is null ? ($"not run: {failure}", []) : Read(answer);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Reads the script's last line: <c>{"description", "rows": {row: {contender: seconds}}}</c>, or <c>{"missing"}</c>.</summary>
    internal static (string Description, Dictionary<string, Dictionary<string, double>> Seconds) Read(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            if (document.RootElement.TryGetProperty("missing", out var missing)) return ($"not run: {missing.GetString()}", []);
            return (
                document.RootElement.GetProperty("description").GetString() ?? "",
                document.RootElement.GetProperty("rows").EnumerateObject().ToDictionary(
                    row => row.Name, row => row.Value.EnumerateObject().ToDictionary(contender => contender.Name, contender => contender.Value.GetDouble())));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return ($"not run: the script answered '{answer}'", []);
        }
    }

    private static (string? Answer, string Failure) Run(string python, string script, string shapes)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, [script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            process.StandardInput.Write(shapes);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(MostTime))
            {
                process.Kill(entireProcessTree: true);
                return (null, $"PyTorch took more than {MostTime.TotalSeconds} seconds");
            }

            var last = output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
            return process.ExitCode == 0 && last is not null ? (last, "") : (null, $"{python} ended with code {process.ExitCode}");
        }
        catch (Win32Exception exception)
        {
            return (null, $"{python} could not be started ({exception.Message})");
        }
    }
}
