using System.Reflection;
using System.Runtime.Loader;
using Kernels.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Kernels.Cli.Tests.Readme;

public class ExampleTests
{
    private static readonly string[] ImplicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    [Fact]
    public void The_example_compiles_with_the_generator_and_prints_the_density_of_its_mask()
    {
        var source = Assert.Single(ReadmeFile.Project.Blocks("csharp"));
        long visited = 0, dense = 0;
        for (var query = 0; query < 2048; query++)
        for (var key = 0; key <= query; key++)
        {
            dense++;
            if (key < 4 || query - key < 256) visited++;
        }

        Assert.Equal(FormattableString.Invariant($"visited {100.0 * visited / dense:F1} % of the scores"), Run(source));
    }

    [Fact]
    public void Programs_that_declare_kernels_print_what_stands_under_them()
    {
        var (programs, outputs) = (ReadmeFile.Declarations.Blocks("csharp"), ReadmeFile.Declarations.Blocks("text"));
        Assert.True(programs.Count > 3);
        Assert.Equal(outputs.Select(output => output.Trim()), programs.Select(Run));
    }

    private static string Run(string source)
    {
        using var image = new MemoryStream(Compile(source));
        var entry = new AssemblyLoadContext("readme", isCollectible: false).LoadFromStream(image).EntryPoint!;
        var console = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            entry.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
        }

        return output.ToString().Trim();
    }

    private static byte[] Compile(string source)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var usings = string.Concat(ImplicitUsings.Select(name => $"global using {name};\n"));
        var compilation = CSharpCompilation.Create(
            "Example",
            [CSharpSyntaxTree.ParseText(source, options), CSharpSyntaxTree.ParseText(usings, options)],
            platform,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true, optimizationLevel: OptimizationLevel.Release));
        CSharpGeneratorDriver.Create([new KernelGenerator().AsSourceGenerator()], parseOptions: options)
            .RunGeneratorsAndUpdateCompilation(compilation, out var generated, out var diagnostics);
        Assert.Empty(diagnostics);
        using var image = new MemoryStream();
        var result = generated.Emit(image);
        Assert.Empty(result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
        return image.ToArray();
    }
}
