using Kernels.Training.Model;
using Kernels.Training.Numerics;
using Kernels.Training.Optimization;

namespace Kernels.Training.Running;

/// <summary>What a run changes: parameters, optimiser, counters.</summary>
internal sealed unsafe class RunState : IDisposable
{
    public RunState(ParameterLayout layout, AdamOptions options, ulong seed)
    {
        Layout = layout;
        Parameters = new Workspace(layout.Length);
        Optimizer = new AdamW(layout, options);
        Initialization.Fill(Parameters.Pointer, layout, seed);
    }

    public ParameterLayout Layout { get; }

    public Workspace Parameters { get; }

    public AdamW Optimizer { get; }

    /// <summary>Optimiser steps made.</summary>
    public int Steps
    {
        get => Optimizer.Steps;
        set => Optimizer.Steps = value;
    }

    /// <summary>Tokens seen.</summary>
    public long Tokens { get; set; }

    /// <summary>Longest sequence trained on so far.</summary>
    public int LongestSequence { get; set; }

    /// <summary>Wall-clock seconds spent training.</summary>
    public double Seconds { get; set; }

    /// <summary>The blocks a checkpoint holds, in order.</summary>
    public IEnumerable<Workspace> Blocks => [Parameters, Optimizer.First, Optimizer.Second];

    public void Dispose()
    {
        Parameters.Dispose();
        Optimizer.Dispose();
    }
}
