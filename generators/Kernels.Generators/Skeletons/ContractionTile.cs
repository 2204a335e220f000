using Kernels.Generators.Emission;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// What a target and a weight format say inside the loops of <see cref="ContractionSkeleton"/>. A step reads
/// <see cref="ColumnsPerStep"/> activations of a row and <see cref="Slots"/> stored weights of every output.
/// Weight pointers are <c>w</c> plus a panel name, weight vectors <c>v{panel}_{n}</c>, activations <c>x</c>.
/// </summary>
internal abstract class ContractionTile
{
    /// <summary>Columns of the activations that one step consumes.</summary>
    public abstract int ColumnsPerStep { get; }

    /// <summary>Stored weights of an output in one step.</summary>
    public abstract int Slots { get; }

    /// <summary>Lanes of a vector.</summary>
    public abstract int Lanes { get; }

    /// <summary>The type of a vector of accumulators.</summary>
    public abstract string Vector { get; }

    /// <summary>A vector of zeros.</summary>
    public abstract string Zero { get; }

    /// <summary>Attributes of a hot method.</summary>
    public abstract string MethodAttributes { get; }

    /// <summary>Type parameters, the parameter list and constraints of a hot method.</summary>
    public abstract string Generics(string parameters);

    /// <summary>Declares the activations and the weight vectors of the named panels.</summary>
    public abstract void DeclareOperands(SourceWriter writer, IReadOnlyList<string> panels, int vectors);

    /// <summary>Declares the operands of the named panels and writes the loop over their steps, of which <paramref name="writeStep"/> writes one.</summary>
    public abstract void WriteSteps(SourceWriter writer, IReadOnlyList<string> panels, int vectors, Action writeStep);

    /// <summary>Begins the inputs of a panel that share a scale, where the storage has scales.</summary>
    public abstract void BeginGroup(SourceWriter writer, string panel, int vectors);

    /// <summary>Scales the sums over these inputs and adds what earlier ones left in the output; <c>done</c> counts their steps.</summary>
    public abstract void EndGroup(SourceWriter writer, string panel, int vectors, Func<int, string> sum, Func<int, string> output);

    /// <summary>Loads the weight vectors of a slot and moves the panel's pointer past them.</summary>
    public abstract void LoadWeights(SourceWriter writer, string panel, int slot, int vectors);

    /// <summary>Ends a slot of a panel.</summary>
    public abstract void EndSlot(SourceWriter writer, string panel, int slot, int vectors);

    /// <summary>The activations of a step, from <paramref name="pointer"/>.</summary>
    public abstract string LoadActivation(string pointer);

    /// <summary>The activations as vector <paramref name="vector"/> of <paramref name="panel"/> needs them.</summary>
    public abstract string Operand(string activation, string panel, int vector);

    /// <summary><paramref name="activation"/> · <paramref name="weight"/> + <paramref name="sum"/>.</summary>
    public abstract string MultiplyAdd(string activation, string weight, string sum);

    /// <summary>The vector at <paramref name="pointer"/>.</summary>
    public abstract string Load(string pointer);

    /// <summary>A statement that stores a vector.</summary>
    public abstract string Store(string vector, string pointer);
}
