using System.Globalization;

namespace Kernels.Training.Running;

/// <summary>A run of steps at one sequence length.</summary>
/// <param name="Tokens">Tokens of a sequence.</param>
/// <param name="Sequences">Sequences of a step, over all workers.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="Reach">Queries of a group beyond whose reach attention is penalised; 0 for no penalty.</param>
internal sealed record Stage(int Tokens, int Sequences, int Steps, int Reach = 0)
{
    /// <summary>Tokens of one step.</summary>
    public int StepTokens => Tokens * Sequences;

    /// <summary>Tokens of the whole stage.</summary>
    public long TotalTokens => (long)StepTokens * Steps;

    /// <summary>Reads <c>tokens:sequences:steps</c> or <c>tokens:sequences:steps:reach</c>, such as <c>256:32:2000</c>.</summary>
    /// <exception cref="FormatException">The text is not three or four positive numbers.</exception>
    public static Stage Parse(string text)
    {
        var parts = text.Split(':');
        var reach = 0;
        if (parts.Length is not (3 or 4) || !Number(parts[0], out var tokens) || !Number(parts[1], out var sequences) || !Number(parts[2], out var steps)
            || (parts.Length == 4 && !Number(parts[3], out reach)))
            throw new FormatException($"'{text}' is no stage; write tokens:sequences:steps or tokens:sequences:steps:reach, such as 256:32:2000.");
        return new Stage(tokens, sequences, steps, reach);

        static bool Number(string part, out int value) =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0;
    }

    /// <summary>Reads the stages a run was told to make.</summary>
    public static IReadOnlyList<Stage> ReadAll(string path) => [.. File.ReadLines(path).Select(Parse)];

    /// <summary>Notes the stages of a run, one a line, for its card.</summary>
    public static void WriteAll(string path, IEnumerable<Stage> stages) => File.WriteAllLines(path, stages.Select(stage => stage.ToString()));

    public override string ToString() => $"{Tokens}:{Sequences}:{Steps}" + (Reach > 0 ? $":{Reach}" : "");
}
