using System.Text;
using System.Text.Json;
using Kernels.Cli.Commands;
using Kernels.Cli.Errors;
using Kernels.Cli.Measuring;
using Kernels.Cli.Output;
using Kernels.Cli.Reports;
using Kernels.Models;

namespace Kernels.Cli.Running;

/// <summary>Reads a prompt and writes on, where asked with the dense way beside.</summary>
internal sealed class Run
{
    private readonly RunSettings _settings;
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;

    private Run(RunSettings settings, Terminal terminal, CancellationToken cancellation) =>
        (_settings, _terminal, _cancellation) = (settings, terminal, cancellation);

    /// <summary>Does what was asked and prints it.</summary>
    /// <exception cref="InputException">Something asked for is not there or does not fit.</exception>
    /// <exception cref="OperationCanceledException">The run was interrupted.</exception>
    public static void Execute(RunSettings settings, Terminal terminal, CancellationToken cancellation) =>
        new Run(settings, terminal, cancellation).Execute();

    private void Execute()
    {
        _cancellation.ThrowIfCancellationRequested();
        var prompt = Prompt.Read(_settings.Prompt, _terminal);
        using var logitsFile = _settings.Logits is { } path ? new PendingFile("--logits", path) : null;
        var memory = new ProcessMemory();
        using var bench = new Bench(_settings.Shared, _settings.Compare);
        prompt ??= Sample.Document(bench.Tokenizer, bench.ContextLength, _settings.MaxTokens);
        var tokens = Prompt.Tokens(bench, prompt);
        // The last token that is written is never read.
        var length = (int)Math.Min(bench.ContextLength, tokens.Count + Math.Max(_settings.MaxTokens - 1L, 0));
        bench.Learn(tokens, _cancellation);
        bench.Plan(length, everyPosition: _settings.Compare);
        Introduction.Show(_terminal, _settings.Shared, bench, tokens.Count);
        bench.WarmUp(tokens);

        var agreement = Read(bench, tokens);
        var logits = bench.Asked.LastLogits();
        var asked = Write(bench, bench.Asked, prompt, tokens);
        if (agreement is not null)
            asked = asked with { Agreement = agreement, Dense = Write(bench, bench.Dense!, prompt, tokens) };
        var report = asked with { ProcessMemoryGrowthBytes = memory.PeakGrowthBytes };

        logitsFile?.Complete(stream => JsonSerializer.Serialize(stream, logits, ReportJson.Default.SingleArray));
        if (_settings.Shared.Json) ReportJson.Write(_terminal.Output, report, types => types.RunReport);
        else ReportTable.Show(_terminal, report);
    }

    private AgreementReport? Read(Bench bench, IReadOnlyList<int> tokens)
    {
        AgreementReport? report = null;
        ReadingProgress.Show(_terminal, $"Reading {tokens.Count} tokens", tokens.Count, progress =>
        {
            if (bench.Dense is { } dense)
                report = AgreementReport.Of(bench.ModelName, Evaluator.Compare(dense.Session, bench.Asked.Session, tokens, progress, _cancellation));
            else
                bench.Asked.Session.Prefill(tokens, progress, _cancellation);
        });
        return report;
    }

    private RunReport Write(Bench bench, Contender contender, string prompt, IReadOnlyList<int> tokens)
    {
        var streams = !_settings.Shared.Json;
        if (streams) GeneratedText.Begin(_terminal, bench.Dense is null ? null : contender.Label, prompt);
        var options = new GenerationOptions
        {
            MaxTokens = _settings.MaxTokens,
            Sampling = new SamplingOptions { Temperature = _settings.Temperature, TopP = _settings.TopP, Seed = _settings.Seed },
        };
        var detokenizer = new Detokenizer(bench.Tokenizer, continuing: true);
        var generated = new List<int>();
        var text = new StringBuilder();
        foreach (var token in contender.Session.Generate(options, _cancellation))
        {
            generated.Add(token);
            Add(detokenizer.Append(token));
        }

        Add(detokenizer.Flush());
        if (streams) _terminal.Output.WriteLine();
        return new RunReport
        {
            Model = bench.ModelName,
            Device = bench.Device.Name,
            Attention = contender.Attention,
            Weights = contender.Weights,
            PromptTokens = tokens,
            GeneratedTokens = generated,
            Text = text.ToString(),
            FinishReason = FinishReason(generated.Count, contender.Session.Length - tokens.Count + 1),
            Prefill = contender.Prefill,
            Decode = contender.Decode,
            PeakMemoryBytes = bench.PeakBytes(contender),
            PlannedMemoryBytes = contender.PlannedBytes,
        };

        void Add(string piece)
        {
            text.Append(piece);
            if (streams && piece.Length > 0) GeneratedText.Write(_terminal, piece);
        }
    }

    private string FinishReason(int generated, int room) =>
        generated == _settings.MaxTokens ? "length" : generated == room ? "context" : "stop";
}
