using System.Security.Cryptography;
using System.Text;
using Kernels.Compression;

namespace Kernels.Models;

/// <summary>How a model is pruned.</summary>
public sealed record CompressionOptions
{
    /// <summary>The methods by name.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["magnitude", "global", "random", "wanda", "sparsegpt", "dsnot"];

    /// <summary>
    /// Ways of spreading a free sparsity over matrices: every one alike, thin ones denser (<see cref="ErdosRenyi"/>), layers with
    /// outliers denser (<see cref="OutlierAllocation"/>).
    /// </summary>
    public static IReadOnlyList<string> Allocations { get; } = ["uniform", "erdos-renyi", "owl"];

    /// <summary>The masks that are allowed.</summary>
    public required SparsityPattern Pattern { get; init; }

    /// <summary>One of <see cref="Methods"/>.</summary>
    public required string Method { get; init; }

    /// <summary>Tokens to calibrate on; methods that look at inputs need them.</summary>
    public IReadOnlyList<int> Calibration { get; init; } = [];

    /// <summary>Tokens of a calibration sequence, at most the context; a shorter text is one sequence, a last part that is shorter is left out.</summary>
    public int SequenceLength { get; init; } = 2048;

    /// <summary>Most calibration sequences; their residual streams are held in memory.</summary>
    public int Sequences { get; init; } = 128;

    /// <summary>One of <see cref="Allocations"/>; null takes <c>erdos-renyi</c> for <c>random</c> and <c>uniform</c> otherwise.</summary>
    public string? Allocation { get; init; }

    /// <summary>
    /// Whether the inner channels of every MLP are first put into an order in which similar ones fall into one group: for patterns whose rows
    /// choose together. The model computes what it did (1×N, arXiv 2105.14713, §3.3). Networks of images are always rearranged for such patterns.
    /// </summary>
    public bool Rearrange { get; init; }

    /// <summary>Tokens that both models are evaluated on; none leaves perplexity out of the report.</summary>
    public IReadOnlyList<int> Evaluation { get; init; } = [];

    /// <summary>Seed of <c>random</c>.</summary>
    public int Seed { get; init; }

    /// <summary>What method and allocation have to know about inputs.</summary>
    public CalibrationNeed Needs => Method switch
    {
        "wanda" or "dsnot" => CalibrationNeed.Moments,
        "sparsegpt" => CalibrationNeed.Gram,
        _ => Allocation == "owl" ? CalibrationNeed.Moments : CalibrationNeed.None,
    };

    /// <summary>Refuses methods and allocations that are not there or do not suit the pattern.</summary>
    /// <exception cref="ModelException">One is not, or does not.</exception>
    internal void Require()
    {
        if (!Methods.Contains(Method)) throw new ModelException("compression", "method", Method, $"the methods are {string.Join(", ", Methods)}", "Name one of these.");
        if (Method == "global" && Pattern is not BlockPattern { Grain: (1, 1) })
            throw new ModelException("compression", "method", $"global for {Pattern}", "one threshold for all layers leaves no say to a pattern", "Use unstructured@S, or the method magnitude.");
        if (Rearrange && Pattern.Grain.Rows == 1)
            throw new ModelException("compression", "rearrangement", $"for {Pattern}", "it serves patterns whose rows choose together", "Leave it out, or choose a pattern such as group:4@0.5.");
        DensityAllocation.Require(this);
    }

    /// <summary>All that the result depends on but calibration.</summary>
    internal string Request(string model) => $"{Method} {Pattern} of {model}, seed {Seed}, allocation {Allocation ?? "usual"}{(Rearrange ? ", rearranged" : "")}";

    /// <summary>The method for one matrix; <c>global</c>, which looks at all of them, is made by who has them.</summary>
    internal PruningMethod MethodFor(string matrix) => Method switch
    {
        "magnitude" => new MagnitudePruning(),
        "random" => new RandomPruning(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{Seed} {matrix}")))), // the same after a restart
        "wanda" => new WandaPruning(),
        "sparsegpt" => new SparseGptPruning(),
        _ => new DsnotPruning(),
    };
}
