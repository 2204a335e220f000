using Kernels.Cli.Commands;
using Kernels.Cli.Errors;
using Kernels.Cli.Input;
using Kernels.Cli.Output;
using Kernels.Cli.Reports;
using Kernels.Models;

namespace Kernels.Cli.Running;

/// <summary>Measures the perplexity of a text, dense against sparse.</summary>
internal static class Evaluation
{
    /// <summary>Does what was asked and prints it.</summary>
    /// <exception cref="InputException">Something asked for is not there or does not fit.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was interrupted.</exception>
    public static void Execute(SharedSettings settings, string file, Terminal terminal, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var text = TextFile.Read("--text", file, terminal.Input);
        var compares = settings.Attention != AttentionMethod.Dense || !settings.Weights.KeepsWeights;
        using var bench = new Bench(settings, compares);
        var tokens = bench.Tokenizer.Encode(text);
        if (tokens.Count < 2)
            throw new InputException($"--text: '{file}' has {tokens.Count} token(s); at least 2 are needed to predict one.");
        bench.Learn(tokens, cancellation);
        bench.Plan(Math.Min(bench.ContextLength, tokens.Count), everyPosition: true, settings.Attention.DecodesOnly);
        Introduction.Show(terminal, settings, bench, tokens.Count);
        bench.WarmUp(tokens);

        AgreementReport? agreement = null;
        double perplexity = 0;
        ReadingProgress.Show(terminal, $"Reading {tokens.Count} tokens", tokens.Count, progress =>
        {
            if (bench.Dense is { } dense)
            {
                agreement = AgreementReport.Of(bench.ModelName, Evaluator.Compare(dense.Session, bench.Asked.Session, tokens, progress, cancellation));
                perplexity = agreement.PerplexitySparse!.Value;
            }
            else
            {
                perplexity = AgreementReport.Finite(
                    bench.ModelName, Evaluator.Perplexity(bench.Asked.Session, tokens, progress, cancellation).Perplexity);
            }
        });
        var report = Report(bench, bench.Asked, tokens.Count, perplexity);
        if (agreement is not null)
            report = report with { Agreement = agreement, Dense = Report(bench, bench.Dense!, tokens.Count, agreement.PerplexityDense!.Value) };
        if (settings.Json) ReportJson.Write(terminal.Output, report, types => types.EvaluationReport);
        else ReportTable.Show(terminal, report);
    }

    private static EvaluationReport Report(Bench bench, Contender contender, int tokens, double perplexity) => new()
    {
        Model = bench.ModelName,
        Device = bench.Device.Name,
        Attention = contender.Attention,
        Weights = contender.Weights,
        Tokens = tokens,
        Windows = (tokens + contender.Session.Length - 1) / contender.Session.Length,
        Perplexity = perplexity,
        Prefill = contender.Prefill,
        PeakMemoryBytes = bench.PeakBytes(contender),
        PlannedMemoryBytes = contender.PlannedBytes,
    };
}
