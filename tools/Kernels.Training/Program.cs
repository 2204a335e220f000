using System.CommandLine;
using Kernels.Training.Commands;

var root = new RootCommand("Trains the sample model with the library's own processor kernels.")
{
    CorpusCommand.Create(),
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    BaselineCommand.Create(),
    ExportCommand.Create(),
};
var parse = root.Parse(args);
try
{
    return await parse.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(5) });
}
catch (Exception exception) when (exception is IOException or ArgumentException or FormatException or InvalidDataException or InvalidOperationException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
