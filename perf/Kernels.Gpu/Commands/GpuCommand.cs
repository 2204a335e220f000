using System.CommandLine;
using System.Diagnostics;
using Kernels.Gpu.Correctness;
using Kernels.Gpu.Limits;
using Kernels.Gpu.Peers;
using Kernels.Gpu.Reports;
using Kernels.Gpu.Rows;
using Kernels.Gpu.Timing;
using Kernels.Testing;
using Spectre.Console;

namespace Kernels.Gpu.Commands;

/// <summary>Checks every kernel of a GPU, times the rows that are published, and has PyTorch time the same shapes.</summary>
internal static class GpuCommand
{
    // ILGPU refuses unknown names itself; the interpreter is not among its devices.
    private static string[] Devices => [.. Kernels.Devices.Names, PtxDevices.Name];

    public static ExitCode Invoke(string[] args)
    {
        var device = new Option<string>("--device") { Description = "cuda, cuda:1 …; others try the program out.", DefaultValueFactory = _ => "cuda" };
        var tiny = new Option<bool>("--tiny") { Description = "Tiny rows, to try the program out: their figures mean nothing." };
        var only = new Option<string?>("--only") { Description = "Only rows and cases whose names begin with this.", HelpName = "PREFIX" };
        var skipChecks = new Option<bool>("--skip-checks") { Description = "Time without checking the kernels first." };
        var skipRows = new Option<bool>("--skip-rows") { Description = "Check and time nothing." };
        var python = new Option<string>("--python") { Description = "The interpreter that may have PyTorch.", DefaultValueFactory = _ => "python3" };
        var json = new Option<FileInfo?>("--json") { Description = "Also write the figures to this file.", HelpName = "FILE" };
        json.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<FileInfo?>() is { Directory.Exists: false } file) result.AddError($"--json {file}: there is no directory {file.DirectoryName}.");
        });
        var root = new RootCommand("Checks the CUDA kernels on this machine's GPU and measures them beside PyTorch.")
        {
            device, tiny, only, skipChecks, skipRows, python, json,
        };
        root.SetAction(parsed => (int)Run(
            parsed.GetValue(device)!, new RunSettings(
                parsed.GetValue(tiny), parsed.GetValue(only) ?? "", parsed.GetValue(skipChecks), parsed.GetValue(skipRows), parsed.GetValue(python)!, parsed.GetValue(json))));
        var parsed = root.Parse(args);
        var exit = parsed.Invoke();
        return parsed.Errors.Count > 0 ? ExitCode.Usage : (ExitCode)exit;
    }

    private static ExitCode Run(string name, RunSettings settings)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 200;
        if (!TryOpen(name, out var device, out var reason))
        {
            Console.Error.WriteLine($"Device {name} is missing, so nothing ran: {reason}. Devices: {string.Join(", ", Devices)}.");
            return ExitCode.NoDevice;
        }

        using (device)
        {
            var clock = Stopwatch.StartNew();
            Console.Error.WriteLine($"{device.Name}: {device.Description}");
            var report = new GpuReport { Device = device.Name, Description = device.Description, Date = DateTimeOffset.UtcNow, IsTiny = settings.IsTiny };
            if (!settings.SkipChecks) report.Checks = CorrectnessMatrix.Run(device, settings.Only, line => Console.Error.WriteLine($"[{clock.Elapsed:mm\\:ss}] {line}"));
            if (!settings.SkipRows) Measure(device, settings, report, line => Console.Error.WriteLine($"[{clock.Elapsed:mm\\:ss}] {line}"));
            report.Seconds = clock.Elapsed.TotalSeconds;
            ReportTable.Write(AnsiConsole.Console, report);
            return Write(report, settings.Json) && report.Checks.All(check => check.Outcome != CheckOutcome.Wrong) ? ExitCode.Done : ExitCode.Failed;
        }
    }

    private static void Measure(Device device, RunSettings settings, GpuReport report, Action<string> progress)
    {
        using var timer = new ColdTimer(device, settings.IsTiny);
        report.CopyBytesPerSecond = CopyBandwidth.Measure(device, timer, settings.IsTiny);
        report.TensorFlopsPerSecond = TensorPeak.Measure(device, timer, settings.IsTiny);
        var rows = RowCatalog.Rows(settings.IsTiny).Where(row => row.Name.StartsWith(settings.Only, StringComparison.Ordinal)).ToArray();
        foreach (var row in rows)
        {
            progress(row.Name);
            report.Rows.Add(row.Measure(device, timer));
        }

        progress("PyTorch, the same shapes");
        (report.PeerDescription, var peers) = TorchPeer.Measure(settings.Python, rows);
        foreach (var row in report.Rows) row.Peers = peers.GetValueOrDefault(row.Name, []);
        report.Compare();
    }

    private static bool TryOpen(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Device? device, out string? reason)
    {
        if (name != PtxDevices.Name) return Kernels.Devices.TryOpen(name, out device, out reason);
        (device, reason) = (PtxDevices.Open(), null);
        return true;
    }

    private static bool Write(GpuReport report, FileInfo? json)
    {
        try
        {
            if (json is not null) File.WriteAllText(json.FullName, report.ToJson() + "\n");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"The figures could not be written: {exception.Message}");
            return false;
        }
    }
}
