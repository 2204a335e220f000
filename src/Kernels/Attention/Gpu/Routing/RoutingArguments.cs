using System.ComponentModel;

namespace Kernels;

/// <summary>The numbers of launches that route the tokens of a head and attend within its clusters. Flags are 0 or 1.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct RoutingArguments
{
    /// <summary>Where the rows of the head lie: tokens to be routed; queries, keys, values and results.</summary>
    public HeadLayout Source, Query, Key, Value, Output, LogSumExp;

    /// <summary>Tokens to be routed, and how many each centroid takes.</summary>
    public int Tokens, Taken;

    /// <summary>Centroids.</summary>
    public int Clusters;

    /// <summary>Channels.</summary>
    public int HeadDim;

    /// <summary>Tokens of the run, the position of its first query, and keys of a cluster.</summary>
    public int Queries, Keys, FirstPosition, KeysOfCluster;

    /// <summary>Whether rows see keys up to their own position only.</summary>
    public int Causal;

    /// <summary>Factor on query · key: scores are in base 2.</summary>
    public float Scale;

    /// <summary>Whether log-sum-exps are wanted.</summary>
    public int HasLogSumExp;
}
