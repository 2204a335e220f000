using System.CommandLine;
using Kernels.Cli.Errors;
using Kernels.Cli.Output;
using Kernels.Cli.Reports;
using Spectre.Console;

namespace Kernels.Cli.Commands;

/// <summary><c>kernels devices</c>: what is here, what is missing and how to install it.</summary>
internal static class DevicesCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var json = SharedOptions.Json();
        var command = new Command("devices", "Show which devices can be used, and how to install what is missing.") { json };
        command.SetAction(parsed =>
        {
            var report = new DevicesReport([.. Devices.Names.Union(Devices.CudaNames()).Select(Probe)]);
            if (parsed.GetValue(json)) ReportJson.Write(terminal.Output, report, types => types.DevicesReport);
            else Show(terminal, report);
            return ExitCode.Success;
        });
        return command;
    }

    private static DeviceReport Probe(string name)
    {
        try
        {
            if (!Devices.TryOpen(name, out var device, out var reason)) return new(name, false, null, Failure.OneLine(reason));
            using (device) return new(name, true, device.Description, null);
        }
        catch (ArgumentException refusal) // of an environment variable
        {
            return new(name, false, null, Failure.OneLine(refusal.Message));
        }
    }

    private static void Show(Terminal terminal, DevicesReport report)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns(
            new TableColumn("name").NoWrap().PadRight(2), new TableColumn("state").NoWrap().PadRight(2), new TableColumn("text"));
        foreach (var device in report.Devices)
            table.AddRow(
                new Text(device.Name, new Style(decoration: Decoration.Bold)),
                device.Available ? new Text("here", new Style(Color.Green)) : new Text("missing", new Style(Color.Yellow)),
                new Text(device.Description ?? device.Missing!));
        Consoles.On(terminal.Output, terminal.OutputIsInteractive).Write(table);
    }
}
