using System.ComponentModel;

namespace Kernels;

/// <summary>Neighbouring keys, or entries of a key list, that the rows of a query tile visit.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct KeyRange
{
    /// <summary>First key, and the one after the last.</summary>
    public int Start, End;

    /// <summary>1 where the user's predicate must be asked about every pair, else 0.</summary>
    public int Partial;

    /// <summary>Creates a range.</summary>
    public KeyRange(int start, int end, bool partial = false)
    {
        Start = start;
        End = end;
        Partial = partial ? 1 : 0;
    }
}
