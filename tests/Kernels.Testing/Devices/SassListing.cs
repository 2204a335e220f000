using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace Kernels.Testing;

/// <summary>The machine instructions of a kernel for NVIDIA GPUs.</summary>
public sealed partial class SassListing
{
    private readonly string[] _opcodes;

    private SassListing(string text) => _opcodes = [.. Instruction().Matches(text).Select(match => match.Groups[1].Value)];

    /// <summary>Whether <c>ptxas</c> and <c>cuobjdump</c> were found.</summary>
    public static bool CanList { get; } = PtxCompiler.CanAssemble && (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "cuobjdump")));

    /// <summary>All instructions.</summary>
    public int Total => _opcodes.Length;

    /// <summary>Assembles and disassembles <paramref name="ptx"/> for <paramref name="target"/>.</summary>
    public static SassListing Of(string ptx, string target)
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

    /// <summary>Instructions called <paramref name="opcode"/>, with or without modifiers after it.</summary>
    public int Count(string opcode) => _opcodes.Count(name => name == opcode || name.StartsWith(opcode + ".", StringComparison.Ordinal));

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} says\n{errors.Result}");
        return output;
    }

    // "/*0040*/  @!P0 LDGSTS.E.BYPASS.128 [R3], [R4.64] ;"
    [GeneratedRegex(@"/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][A-Z0-9_.]*)")]
    private static partial Regex Instruction();
}
