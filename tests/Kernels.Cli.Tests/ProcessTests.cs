using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Kernels.Cli.Tests.Models;
using Kernels.Cli.Tests.Running;
using Xunit;

namespace Kernels.Cli.Tests;

public sealed class ProcessTests : IDisposable
{
    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_run_prints_one_object()
    {
        var outcome = ToolProcess.Run("run", "--model", _model.Folder, "--prompt", "été 漢字", "--max-tokens", "4", "--json").Succeeded();
        var run = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal(4, run.GetProperty("generated_tokens").GetArrayLength());
        Assert.Equal(12, run.GetProperty("prompt_tokens").GetArrayLength());
    }

    [Fact]
    public void Usage_and_input_have_their_own_exit_codes()
    {
        Refusal.AssertRefused(ToolProcess.Run("run", "--threads", "0"), 2, "--threads", "'0'");
        Refusal.AssertRefused(ToolProcess.Run("run", "--model", "/no/such/folder", "--prompt", "x"), 1, "/no/such/folder");
    }

    [Theory]
    [InlineData("KERNELS_NUM_THREADS", "many")]
    [InlineData("KERNELS_VECTOR_BITS", "96")]
    public void An_environment_variable_that_makes_no_sense_is_named(string variable, string value)
    {
        using var process = ToolProcess.StartWith(new() { [variable] = value }, "run", "--model", _model.Folder, "--prompt", "x");
        process.StandardInput.Close();
        Refusal.AssertRefused(ToolProcess.Finish(process), 1, value);
    }

    [Fact]
    public void A_prompt_that_is_not_utf8_on_the_command_line_is_refused()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Arguments are UTF-16 on Windows.");
        using var shell = Process.Start(new ProcessStartInfo("sh")
        {
            ArgumentList =
            {
                "-c", "exec dotnet \"$0\" run --model \"$1\" --prompt \"$(printf 'a\\377b')\"", ToolProcess.Tool, _model.Folder,
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Refusal.AssertRefused(ToolProcess.Finish(shell), 1, "--prompt", "UTF-8");
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_signal_ends_a_run_between_tokens(string signal, int code)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Signals are not Windows'.");
        _model.Change("max_position_embeddings", 200_000);
        using var process = ToolProcess.Start("run", "--model", _model.Folder, "--prompt", "x", "--max-tokens", "199000");
        Assert.NotEqual(-1, process.StandardOutput.Read()); // the first character: it is writing
        using (var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)])!)
        {
            kill.WaitForExit();
            Assert.Equal(0, kill.ExitCode);
        }

        var outcome = ToolProcess.Finish(process);
        Assert.Equal("kernels: interrupted; what was printed so far is not a whole answer.\n", outcome.Error);
        Assert.Equal(code, outcome.Code);
        Assert.DoesNotContain("peak memory", outcome.Output);
    }
}
