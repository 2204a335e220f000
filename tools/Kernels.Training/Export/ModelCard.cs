using System.Globalization;
using System.Text;
using Kernels.Training.Baseline;
using Kernels.Training.Corpus;
using Kernels.Training.Evaluation;
using Kernels.Training.Model;
using Kernels.Training.Running;

namespace Kernels.Training.Export;

/// <summary>Writes MODEL_CARD.md from what was measured.</summary>
internal static class ModelCard
{
    /// <summary>The card's text.</summary>
    public static string Write(
        ParameterLayout layout, CorpusManifest corpus, IReadOnlyList<Stage> stages, IReadOnlyList<CurveRow> curve, double hours, int workers,
        double validationNats, BaselineResult baseline, Comparison comparison)
    {
        var shape = layout.Shape;
        var card = new StringBuilder();
        Line($"# Sample model\n");
        Line($"A byte-level Llama of {layout.Length:n0} parameters with a context of {shape.Context:n0} bytes, trained from scratch on the processor with this");
        Line($"project's own kernels: products, attention with log-sum-exp, and hand-derived gradients ([tools/Kernels.Training](../../Kernels.Training)).");
        Line($"It exists so that a fresh clone has a real model to run. It writes English-looking prose; it knows nothing.\n");
        Line($"| | |\n|---|---|");
        Line($"| Shape | {shape.Layers} layers, width {shape.Width}, {shape.QueryHeads} query heads × {shape.HeadDim} sharing {shape.KeyHeads} key head, MLP {shape.Inner}, vocabulary {shape.Vocabulary} (bytes), tied head |");
        Line($"| Details | RMSNorm, SwiGLU, rotary θ = {shape.RotaryTheta:n0}, attention biases |");
        Line($"| Storage | bfloat16, Hugging Face folder |");
        Line($"| Start | query and key biases begin as a recency prior (a score that falls with the logarithm of distance); the rest is random |\n");
        Line($"## Results\n");
        Line($"Mean loss per byte on the validation split, which shares no document with the training split. The model reads windows of");
        Line($"{shape.Context:n0} bytes with the rounded weights that ship; the baseline is an interpolated byte n-gram with absolute discounting (one discount an");
        Line($"order, tuned on held-out training blocks) that sees {baseline.Order} bytes of context.\n");
        Line($"| | nats per byte | bits per byte |\n|---|---|---|");
        Line($"| this model | {validationNats:f4} | {Bits(validationNats):f4} |");
        Line($"| order-{baseline.Order} baseline | {baseline.ValidationNats:f4} | {Bits(baseline.ValidationNats):f4} |\n");
        Line($"On the first {shape.Context:n0} bytes of the shipped document: dense {comparison.DenseNats:f4} nats (baseline over the document {baseline.DocumentNats:f4});");
        Line($"AnchorAttention (θ = 12) {comparison.SparseNats:f4} nats while visiting {comparison.Density:p1} of the pairs, with the same most probable byte at {comparison.Agreement:p2} of the positions.\n");
        WriteCorpus(card, corpus);
        WriteCurve(card, stages, curve, hours, workers);
        Line($"## Training it again\n");
        Line($"On Debian or Ubuntu (`apt-get` and `dpkg-deb` fetch and unpack the packages; nothing is installed):\n");
        Line($"```\ncd tools/Kernels.Training");
        Line($"dotnet run -c Release -- corpus --out artifacts/corpus");
        Line($"dotnet run -c Release -- baseline --corpus artifacts/corpus");
        Line($"dotnet run -c Release -- train --corpus artifacts/corpus --run artifacts/run --learning-rate 4e-3 --workers {workers} --stage {string.Join(' ', stages)}");
        Line($"dotnet run -c Release -- export --corpus artifacts/corpus --run artifacts/run --out ../Kernels.Cli/Sample\n```\n");
        Line($"A run resumes from its folder. With the same packages, seed and number of workers it repeats itself. Adam: β = (0.9, 0.98), weight decay 0.05 on");
        Line($"matrices, gradients clipped to norm 1, 60 steps of warm-up, then a plateau and a linear fall over the last part of the tokens.\n");
        Line($"## Licence\n");
        Line($"Weights: MIT, as the project. document.txt is the opening of Jane Austen's *Persuasion* (1817), in the public domain. The corpus itself is not");
        Line($"distributed here; its texts keep the licences above.");
        return card.ToString();

        void Line(FormattableString line) => card.Append(FormattableString.Invariant(line)).Append('\n');
    }

    private static double Bits(double nats) => nats / Math.Log(2);

    private static void WriteCorpus(StringBuilder card, CorpusManifest corpus)
    {
        card.Append("## Corpus\n\nEnglish prose from Debian packages: cleaned to printable ASCII, one line a paragraph, repeated paragraphs dropped. Split by document: the\nnovel *Persuasion* and one page in 24 (by a hash of its name) are held out.\n\n");
        card.Append("| Package | Version | Licence of the text | Documents | Training bytes | Validation bytes |\n|---|---|---|---|---|---|\n");
        foreach (var entry in corpus.Entries)
            card.Append(CultureInfo.InvariantCulture, $"| {entry.Package} | {entry.Version} | {entry.Licence} | {entry.Documents} | {entry.TrainBytes:n0} | {entry.ValidationBytes:n0} |\n");
        card.Append(CultureInfo.InvariantCulture, $"| total | | | {corpus.Entries.Sum(entry => entry.Documents)} | {corpus.TrainBytes:n0} | {corpus.ValidationBytes:n0} |\n\n");
    }

    private static void WriteCurve(StringBuilder card, IReadOnlyList<Stage> stages, IReadOnlyList<CurveRow> curve, double hours, int workers)
    {
        card.Append(CultureInfo.InvariantCulture, $"## Training\n\n{curve[^1].Step:n0} steps of AdamW, {curve[^1].Tokens:n0} bytes, {hours:f1} hours on {workers} processor cores that had other work to do. Stages:\n\n");
        card.Append("| Sequence | Sequences a step | Steps | Bytes | Attention is held within groups of |\n|---|---|---|---|---|\n");
        foreach (var stage in stages)
            card.Append(CultureInfo.InvariantCulture, $"| {stage.Tokens:n0} | {stage.Sequences} | {stage.Steps:n0} | {stage.TotalTokens:n0} | {(stage.Reach > 0 ? $"{stage.Reach:n0} queries" : "")} |\n");
        card.Append("\nHeld within groups: a penalty on the attention beyond the first 128 keys and the query's group, which teaches the heads the stripes and\nwindows that AnchorAttention visits.\n");

        card.Append("\nLoss curve (nats per byte; validation on a sample of windows of the stage's length):\n\n");
        card.Append("| Step | Bytes | Sequence | Learning rate | Training | Validation |\n|---|---|---|---|---|---|\n");
        foreach (var row in curve.Where(row => row.ValidationNats is not null))
            card.Append(CultureInfo.InvariantCulture, $"| {row.Step:n0} | {row.Tokens:n0} | {row.Sequence:n0} | {row.Rate:g3} | {row.TrainNats:f3} | {row.ValidationNats:f3} |\n");
        card.Append('\n');
    }
}
