using System.Runtime.ExceptionServices;

namespace Kernels;

/// <summary>A fixed team of threads that share numbered tasks; the caller is worker 0.</summary>
/// <remarks>One job runs at a time; further callers wait. Tasks are handed out in ascending order.</remarks>
public sealed class WorkerTeam : IDisposable
{
    private readonly Lock _turn = new();
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _start = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private ParallelBody? _body;
    private ExceptionDispatchInfo? _failure;
    private int _next, _tasks;
    private volatile bool _stopping;

    internal WorkerTeam(int count)
    {
        Count = count;
        _threads = new Thread[count - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"Kernels worker {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Number of workers, the caller included.</summary>
    public int Count { get; }

    /// <summary>Runs tasks 0 … <paramref name="tasks"/> − 1 and returns when all are done; rethrows the first failure.</summary>
    public void Run(int tasks, ParallelBody body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (tasks <= 0) return;
        if (tasks == 1 || _threads.Length == 0)
        {
            for (var task = 0; task < tasks; task++) body.Invoke(task, 0);
            return;
        }

        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _body = body;
            _failure = null;
            _next = 0;
            _tasks = tasks;
            var helpers = Math.Min(_threads.Length, tasks - 1);
            _start.Release(helpers);
            Drain(0);
            for (var i = 0; i < helpers; i++) _done.Wait();
            _body = null;
            _failure?.Throw();
        }
    }

    /// <summary>Ends the threads once their current task is done.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            if (_stopping) return;
            _stopping = true;
            if (_threads.Length > 0) _start.Release(_threads.Length);
        }

        foreach (var thread in _threads) thread.Join();
        _start.Dispose();
        _done.Dispose();
    }

    private void Work(int worker)
    {
        while (true)
        {
            _start.Wait();
            if (_stopping) return;
            Drain(worker);
            _done.Release();
        }
    }

    private void Drain(int worker)
    {
        try
        {
            int task;
            while ((task = Interlocked.Increment(ref _next) - 1) < _tasks) _body!.Invoke(task, worker);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            Volatile.Write(ref _next, int.MaxValue / 2);
        }
    }
}
