using System.Text.Json;
using Kernels.Catalog;
using Kernels.Cli.Tests.Running;
using Kernels.Models;
using Xunit;

namespace Kernels.Cli.Tests;

public class CatalogTests
{
    [Fact]
    public void Json_lists_every_method_with_its_phase_and_what_it_needs()
    {
        var outcome = InProcess.Run("catalog", "--json").Succeeded();
        var entries = JsonDocument.Parse(outcome.Output).RootElement.GetProperty("attention").EnumerateArray().ToArray();
        Assert.Equal(AttentionCatalog.All.Select(entry => entry.Name), entries.Select(entry => entry.GetProperty("name").GetString()));
        foreach (var entry in entries)
        {
            Assert.Contains(entry.GetProperty("phase").GetString(), new[] { "prefill", "decode", "prefill and decode", "compaction", "diffusion" });
            Assert.StartsWith("arXiv ", entry.GetProperty("source").GetString());
            Assert.Contains(64, entry.GetProperty("head_dims").EnumerateArray().Select(headDim => headDim.GetInt32()));
            // What is not for causal models cannot be asked for.
            Assert.Equal(
                AttentionCatalog.All.Single(own => own.Name == entry.GetProperty("name").GetString()).FitsCausalModels,
                AttentionMethod.All.Any(method => method.Name == entry.GetProperty("name").GetString()));
        }
    }

    [Fact]
    public void The_table_has_a_line_for_every_method()
    {
        var outcome = InProcess.Run("catalog").Succeeded();
        foreach (var entry in AttentionCatalog.All)
            Assert.Contains(outcome.Output.Split('\n'), line => line.StartsWith(entry.Name, StringComparison.Ordinal));
    }
}
