using System.Diagnostics;
using Xunit;

namespace Kernels.Testing;

/// <summary>Assembles PTX to machine code without a GPU, where <c>ptxas</c> is on the PATH.</summary>
public static class PtxAssembler
{
    /// <summary>Whether <c>ptxas</c> was found, so that <see cref="Assemble"/> can be called.</summary>
    public static bool IsPresent { get; } = IsOnPath("ptxas");

    /// <summary>Whether <c>cuobjdump</c> was found as well, so that <see cref="List"/> can be called.</summary>
    public static bool CanList { get; } = IsPresent && IsOnPath("cuobjdump");

    /// <summary>What <paramref name="ptx"/> takes on <paramref name="target"/>; fails the calling test where ptxas refuses it.</summary>
    public static PtxUsage Assemble(string ptx, string target)
    {
        using var process = Process.Start(new ProcessStartInfo("ptxas", $"-arch={target} -v -o /dev/null /dev/stdin")
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Write(ptx);
        process.StandardInput.Close();
        var report = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ptxas for {target} says\n{report}");
        return PtxUsage.Parse(report);
    }

    /// <summary>The machine instructions of <paramref name="ptx"/> on <paramref name="target"/>.</summary>
    public static SassListing List(string ptx, string target)
    {
        var folder = Directory.CreateTempSubdirectory("kernels-sass-");
        try
        {
            var (text, code) = (Path.Combine(folder.FullName, "kernel.ptx"), Path.Combine(folder.FullName, "kernel.cubin"));
            File.WriteAllText(text, ptx);
            Run("ptxas", $"-arch={target}", "-o", code, text);
            return new SassListing(Run("cuobjdump", "-sass", code));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} says\n{errors.Result}");
        return output;
    }
}
