using System.Text.Json;
using Kernels.Gpu.Commands;
using Xunit;

namespace Kernels.Gpu.Tests;

/// <summary>The program as it is called, on devices that stand in for a GPU.</summary>
[Collection("console")]
public sealed class CommandTests : IDisposable
{
    private const string NoPython = "no-such-python";

    private readonly string _json = Path.Combine(Path.GetTempPath(), $"kernels-gpu-{Guid.NewGuid():n}.json");

    [Fact]
    public void A_machine_without_a_gpu_is_told_so_and_nothing_runs()
    {
        if (Devices.TryOpen("cuda", out var device, out _))
        {
            device.Dispose();
            Assert.Skip("This machine has a GPU.");
        }

        var (exit, _, errors) = Invoke("--json", _json);
        Assert.Equal(ExitCode.NoDevice, exit);
        Assert.Contains("Device cuda is missing, so nothing ran:", errors);
        Assert.Contains("install NVIDIA's driver", errors);
        Assert.False(File.Exists(_json));
    }

    [Fact]
    public void Mistakes_are_usage_errors()
    {
        Assert.Equal(ExitCode.Usage, Invoke("--json", "/no/such/place/x.json").Exit);
        Assert.Equal(ExitCode.Usage, Invoke("--sizes", "all").Exit);
        var (exit, _, errors) = Invoke("--device", "gpu");
        Assert.Equal(ExitCode.NoDevice, exit);
        Assert.Contains("opencl", errors);
    }

    [Theory]
    [InlineData("conv", 3)]
    [InlineData("depthwise", 1)]
    [InlineData("decode.group4", 1)]
    public void Rows_of_sparse_weights_run(string only, int count)
    {
        var (exit, _, _) = Invoke("--device", "ptx", "--tiny", "--only", only, "--skip-checks", "--python", NoPython, "--json", _json);
        Assert.Equal(ExitCode.Done, exit);
        using var report = JsonDocument.Parse(File.ReadAllText(_json));
        var rows = report.RootElement.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(count, rows.Length);
        Assert.All(rows, row => Assert.True(row.GetProperty("seconds").GetDouble() > 0 && row.GetProperty("operations").GetDouble() > 0));
    }

    [Fact]
    public void Cases_are_checked_and_rows_timed_and_written()
    {
        var (exit, output, _) = Invoke("--device", "ptx", "--tiny", "--only", "launch", "--python", NoPython, "--json", _json);
        Assert.Equal(ExitCode.Done, exit);
        Assert.Contains("launch.captured.200", output);
        Assert.Contains("these figures only show that the program runs", output);
        using var report = JsonDocument.Parse(File.ReadAllText(_json));
        var row = Assert.Single(report.RootElement.GetProperty("rows").EnumerateArray());
        Assert.Equal(200, row.GetProperty("launches").GetInt32());
        Assert.True(row.GetProperty("seconds").GetDouble() > 0);
        Assert.True(row.GetProperty("ratios").TryGetProperty("1.5 us a kernel", out _));
        Assert.True(report.RootElement.GetProperty("tensor_flops_per_second").GetDouble() > 0);
        Assert.StartsWith($"not run: {NoPython} could not be started", report.RootElement.GetProperty("peer_description").GetString());
    }

    [Fact]
    public void A_row_that_the_device_refuses_says_why_and_the_others_run()
    {
        var (exit, output, _) = Invoke("--device", "simulator", "--tiny", "--only", "product", "--skip-checks", "--python", NoPython, "--json", _json);
        Assert.Equal(ExitCode.Done, exit);
        Assert.Contains("*not run*", output);
        using var report = JsonDocument.Parse(File.ReadAllText(_json));
        foreach (var row in report.RootElement.GetProperty("rows").EnumerateArray())
        {
            var isRefused = row.GetProperty("name").GetString()!.Contains(".f16.", StringComparison.Ordinal);
            if (isRefused) Assert.Contains("not Float16", row.GetProperty("not_run").GetString());
            Assert.Equal(isRefused, row.GetProperty("seconds").GetDouble() == 0);
        }
    }

    public void Dispose() => File.Delete(_json);

    private static (ExitCode Exit, string Output, string Errors) Invoke(params string[] arguments)
    {
        var (output, errors) = (Console.Out, Console.Error);
        using StringWriter written = new(), complained = new();
        Console.SetOut(written);
        Console.SetError(complained);
        Spectre.Console.AnsiConsole.Console = Spectre.Console.AnsiConsole.Create(
            new Spectre.Console.AnsiConsoleSettings { Out = new Spectre.Console.AnsiConsoleOutput(written) });
        try
        {
            return (GpuCommand.Invoke(arguments), written.ToString(), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }
}
