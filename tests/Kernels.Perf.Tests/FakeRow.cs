using Kernels.Perf.Checking;
using Kernels.Perf.Rows;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Tests;

/// <summary>A row whose kernel copies a number, rightly or wrongly, and counts its runs.</summary>
internal sealed class FakeRow(string name, float answer, Bound bound = Bound.Memory) : IRatioRow
{
    public string Name => name;

    public string Description => "copies the number 1";

    public Bound Bound => bound;

    public int Runs { get; private set; }

    public int Disposed { get; private set; }

    public PreparedRow Prepare(RowSetup setup)
    {
        var prepared = new PreparedRow
        {
            Work = () => new RowWork(10, 20),
            Observations = () => new Dictionary<string, double> { ["density"] = 0.25 },
        };
        var buffer = prepared.Keep(setup.Device.Allocate(4));
        prepared.Keep(new Ending(() => Disposed++));
        prepared.Times(buffer, () => { Runs++; buffer.CopyFrom(BitConverter.GetBytes(answer)); }, () =>
        {
            var bytes = new byte[4];
            buffer.CopyTo(bytes);
            if (BitConverter.ToSingle(bytes) != 1) throw new WrongAnswerException($"The answer is {BitConverter.ToSingle(bytes)}, not 1.");
        });
        if (!setup.WithBaselines) return prepared;
        prepared.Against("own-dense", () => new Contender("", () => { }, () => { }));
        prepared.Against("onnxruntime", () => throw new DllNotFoundException("no such library"));
        return prepared;
    }

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
