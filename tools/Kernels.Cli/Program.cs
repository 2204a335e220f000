using System.Text;
using Kernels.Cli.Commands;
using Kernels.Cli.Errors;
using Kernels.Cli.Output;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
using var interruption = Interruption.OfProcess();
return KernelsCommand.Invoke(args, Terminal.OfProcess(), interruption);
