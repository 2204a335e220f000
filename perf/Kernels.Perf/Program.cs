using System.CommandLine;
using Kernels.Perf.Commands;

var root = new RootCommand("Measures the kernels.") { RatiosCommand.Create(), BenchCommand.Create(), ReportCommand.Create() };
var parsed = root.Parse(args);
// A round in progress is finished before the run is given up.
var exit = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
return parsed.Errors.Count > 0 ? 2 : exit;
