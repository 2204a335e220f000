namespace Kernels;

/// <summary>What an index covers, checked: how many lists there are and which list a batch, head and row group has.</summary>
internal readonly record struct IndexShape
{
    /// <summary>Checks the lengths of an index of type <paramref name="kind"/>.</summary>
    public IndexShape(string kind, int batch, int heads, int queries, int keys, int rows, int first)
    {
        Kind = kind;
        Require("batch", batch);
        Require("heads", heads);
        Require("queries", queries);
        Require("keys", keys);
        Require("rows", rows);
        if (first < 0 || first >= queries)
            throw Refuse($"a first query position of {first}", $"positions 0 to {queries - 1} can be covered", "Begin with the first position of the runs.");
        (Batch, Heads, Queries, Keys, Rows, First) = (batch, heads, queries, keys, rows, first);
        FirstGroup = first / rows;
        Groups = (queries - 1) / rows - FirstGroup + 1;
        if ((long)batch * heads * Groups >= int.MaxValue)
            throw Refuse($"{batch} × {heads} × {Groups} lists", $"an index holds fewer than {int.MaxValue}", "Share lists among more rows or heads.");
    }

    public string Kind { get; }

    public int Batch { get; }

    public int Heads { get; }

    public int Queries { get; }

    public int Keys { get; }

    public int Rows { get; }

    public int First { get; }

    public int FirstGroup { get; }

    public int Groups { get; }

    public int Lists => Batch * Heads * Groups;

    public int List(int batch, int head, int group)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)batch, (uint)Batch, nameof(batch));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)head, (uint)Heads, nameof(head));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)(group - FirstGroup), (uint)Groups, nameof(group));
        return (batch * Heads + head) * Groups + group - FirstGroup;
    }

    /// <summary>Says which list of the index is meant.</summary>
    public string Name(int list) => $"the list of batch {list / Groups / Heads}, head {list / Groups % Heads}, row group {FirstGroup + list % Groups}";

    public void Require(string what, int value)
    {
        if (value < 1) throw Refuse($"{what} {value}", $"{what} must be at least 1", "Pass the lengths the lists were made for.");
    }

    public KernelException Refuse(string received, string limit, string remedy) => new(Kind, "host", received, limit, remedy);

    /// <summary>Checks that <paramref name="starts"/> cuts <paramref name="count"/> entries into this many lists.</summary>
    public void CheckStarts(ReadOnlySpan<int> starts, int count, string entries)
    {
        if (starts.Length != Lists + 1)
            throw Refuse($"{starts.Length} starts of {entries}", $"{Batch} × {Heads} × {Groups} lists need {Lists + 1}", "Pass the start of every list and the end of the last.");
        if (starts[0] != 0) throw Refuse($"a first start of {entries} of {starts[0]}", "the first list begins at 0", "Begin with 0.");
        for (var list = 0; list < Lists; list++)
            if (starts[list + 1] < starts[list])
                throw Refuse($"{starts[list + 1] - starts[list]} {entries} in {Name(list)}", "a list has 0 entries or more", "Let starts never descend.");
        if (starts[^1] != count)
            throw Refuse($"lists that end at {starts[^1]}", $"{count} {entries} were passed", "Let the last start be the number of entries.");
    }

    /// <summary>Checks that ids ascend strictly within every list and lie in [0, <paramref name="limit"/>).</summary>
    public void CheckIds(ReadOnlySpan<int> starts, ReadOnlySpan<int> ids, int limit, string what)
    {
        for (var list = 0; list < Lists; list++)
        {
            var last = -1;
            foreach (var id in ids[starts[list]..starts[list + 1]])
            {
                if ((uint)id >= (uint)limit)
                    throw Refuse($"{what} {id} in {Name(list)}", $"there are {what}s 0 to {limit - 1}", $"List only {what}s that exist.");
                if (id <= last)
                    throw Refuse($"{what} {id} after {last} in {Name(list)}", $"{what}s ascend and occur once", "Sort each list and drop repetitions.");
                last = id;
            }
        }
    }
}
