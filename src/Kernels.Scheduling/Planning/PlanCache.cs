namespace Kernels.Scheduling;

/// <summary>Kernel plans by kernel and shape: steps of one graph run one after another, so equal steps share a workspace.</summary>
internal sealed class PlanCache<TKey, TPlan> : IDisposable
    where TKey : notnull
    where TPlan : IDisposable
{
    private readonly Dictionary<TKey, TPlan> _plans = [];

    public IEnumerable<TPlan> Plans => _plans.Values;

    public (TPlan Plan, bool IsNew) Get(TKey key, Func<TPlan> make)
    {
        if (_plans.TryGetValue(key, out var plan)) return (plan, false);
        return (_plans[key] = make(), true);
    }

    public void Dispose()
    {
        foreach (var plan in _plans.Values) plan.Dispose();
    }
}
