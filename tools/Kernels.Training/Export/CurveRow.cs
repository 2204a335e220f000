using System.Globalization;

namespace Kernels.Training.Export;

/// <summary>One line of the loss curve.</summary>
internal sealed record CurveRow(int Step, long Tokens, int Sequence, double Rate, double TrainNats, double? ValidationNats)
{
    /// <summary>Reads curve.csv; where a resumed run repeats a step, the later line stands.</summary>
    public static IReadOnlyList<CurveRow> Read(string path)
    {
        var rows = new SortedDictionary<int, CurveRow>();
        foreach (var line in File.ReadLines(path).Skip(1))
        {
            var cells = line.Split(',');
            if (cells.Length < 6) throw new InvalidDataException($"{path}: '{line}' is no line of a loss curve.");
            var row = new CurveRow(
                int.Parse(cells[0], CultureInfo.InvariantCulture), long.Parse(cells[1], CultureInfo.InvariantCulture),
                int.Parse(cells[2], CultureInfo.InvariantCulture), Number(cells[3]), Number(cells[4]), cells[5].Length == 0 ? null : Number(cells[5]));
            rows[row.Step] = row;
        }

        return [.. rows.Values];

        static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
    }
}
