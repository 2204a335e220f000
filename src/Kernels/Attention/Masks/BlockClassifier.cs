using System.ComponentModel;

namespace Kernels;

/// <summary>Asks a user's predicate about blocks of (query, key) pairs; generated for each masked kernel.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class BlockClassifier
{
    /// <summary>Whether query position <paramref name="query"/> may see key <paramref name="key"/>.</summary>
    public abstract bool Admits(int batch, int head, int query, int key);

    /// <summary>Classifies queries [query, query + queries) × keys [key, key + keys), keys after a query excluded where causal.</summary>
    public abstract BlockKind Classify(int batch, int head, int query, int queries, int key, int keys, bool causal);
}
