using System.Runtime.InteropServices;

namespace Kernels.Cli.Errors;

/// <summary>Ctrl-C and SIGTERM as a cancellation; a second signal ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Listens to the signals of this process.</summary>
    public static Interruption OfProcess()
    {
        var interruption = new Interruption();
        interruption._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, interruption.OnSignal));
        interruption._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, interruption.OnSignal));
        return interruption;
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>What the process returns when it was interrupted.</summary>
    public int Code { get; private set; } = ExitCode.Interrupted;

    /// <summary>Asks the command to stop.</summary>
    public void Cancel() => _source.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested) return; // the default action: the process ends
        if (context.Signal == PosixSignal.SIGTERM) Code = ExitCode.Terminated;
        context.Cancel = true;
        _source.Cancel();
    }
}
