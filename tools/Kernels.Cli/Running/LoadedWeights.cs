using Kernels.Models;

namespace Kernels.Cli.Running;

/// <summary>A model's weights on a device, and the bytes they hold.</summary>
internal sealed class LoadedWeights : IDisposable
{
    /// <summary>Reads and packs.</summary>
    public LoadedWeights(ModelFiles files, Device device, WeightMethod method)
    {
        var before = device.AllocatedBytes;
        Model = LanguageModel.Load(files, device, new ModelOptions { Weights = method });
        try
        {
            // Weights are packed for the first session: the shortest one, so that they can be counted by themselves.
            Model.CreateSession(new SessionOptions { Length = 1 }).Dispose();
        }
        catch
        {
            Model.Dispose();
            throw;
        }

        HeldBytes = device.AllocatedBytes - before + Model.MappedBytes;
    }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>Bytes of buffers and of mapped files that runs read in place.</summary>
    public long HeldBytes { get; }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}
