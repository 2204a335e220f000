using Kernels.Generators.Emission;

namespace Kernels.Generators.Targets.Simd;

/// <summary>
/// How the positions of N:M weights lie, as the run time's <c>PanelLayout</c> packs them: a run is as many groups, a power of two, as
/// one 32-bit word numbers the slots of; where a group alone needs more, it is a run of several words.
/// </summary>
/// <param name="Kept">N: stored weights of a group.</param>
/// <param name="Of">M: inputs of a group, a power of two from 4 to 32.</param>
internal sealed record SemiStructuredRun(int Kept, int Of)
{
    /// <summary>Bits of a position.</summary>
    public int Bits => PowerOfTwo.Log(Of);

    /// <summary>Positions that a word holds.</summary>
    public int SlotsOfWord => 32 / Bits;

    /// <summary>Groups of a run.</summary>
    public int Steps
    {
        get
        {
            var steps = 1;
            while (2 * steps * Kept <= SlotsOfWord) steps *= 2;
            return steps;
        }
    }

    /// <summary>Words of a run, for each output.</summary>
    public int Words => (Steps * Kept - 1) / SlotsOfWord + 1;

    /// <summary>Weights of a run, for each output: its words and its values.</summary>
    public int Entries => Words + Steps * Kept;

    /// <summary>Writes the loop over <paramref name="count"/> groups: runs written out, so that no step asks which it is, and then the few groups that are left over.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="count">A variable, counted down to 0.</param>
    /// <param name="begin">Writes what begins a run.</param>
    /// <param name="writeStep">Writes a group, given its place in what was not advanced over.</param>
    /// <param name="advance">Writes what passes entries and groups, given how many.</param>
    public void WriteSteps(SourceWriter writer, string count, Action begin, Action<int> writeStep, Action<int, int> advance)
    {
        using (writer.Open($"for (; {count} >= {Steps}; {count} -= {Steps})"))
        {
            begin();
            for (var step = 0; step < Steps; step++) writeStep(step);
            advance(Entries, Steps);
        }

        if (Steps == 1) return;
        using (writer.Open($"if ({count} > 0)"))
        {
            begin();
            using (writer.Open($"for (; {count} > 0; {count}--)"))
            {
                writeStep(0);
                advance(Kept, 1);
            }
        }
    }

    /// <summary>Whether slot <paramref name="slot"/> of a group is the first that a further word numbers.</summary>
    public bool BeginsWord(int slot) => Steps == 1 && slot is > 0 && slot < Kept && slot % SlotsOfWord == 0;
}
