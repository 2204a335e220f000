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
    public static PtxUsage Assemble(string ptx, string target) =>
        PtxUsage.Parse(Run("ptxas", ptx, $"-arch={target}", "-v", "-o", "/dev/null", "/dev/stdin").Errors);

    /// <summary>The machine instructions of <paramref name="ptx"/> on <paramref name="target"/>; fails the calling test where ptxas refuses it.</summary>
    public static SassListing List(string ptx, string target)
    {
        var code = Path.GetTempFileName();
        try
        {
            Run("ptxas", ptx, $"-arch={target}", "-o", code, "/dev/stdin");
            return new SassListing(Run("cuobjdump", "", "-sass", code).Output);
        }
        finally
        {
            File.Delete(code);
        }
    }

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static (string Output, string Errors) Run(string program, string input, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} says\n{errors.Result}");
        return (output, errors.Result);
    }
}
