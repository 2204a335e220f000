using System.ComponentModel;
using System.Diagnostics;

namespace Kernels.Training.Corpus;

/// <summary>Fetches Debian packages with apt and unpacks them with dpkg; nothing is installed.</summary>
internal static class DebianPackages
{
    /// <summary>Downloads (unless already there) and unpacks <paramref name="package"/>; returns the folder and the version.</summary>
    public static (string Folder, string Version) Fetch(string package, string cache)
    {
        Directory.CreateDirectory(cache);
        if (Directory.GetFiles(cache, package + "_*.deb").Length == 0) Run(cache, "apt-get", "download", package);
        var archive = Directory.GetFiles(cache, package + "_*.deb").Order(StringComparer.Ordinal).Last();
        var folder = Path.Combine(cache, package);
        if (!Directory.Exists(folder)) Run(cache, "dpkg-deb", "--extract", archive, folder);
        return (folder, Run(cache, "dpkg-deb", "--field", archive, "Version").Trim());
    }

    private static string Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException($"{program} is not here; the corpus is built on Debian or Ubuntu, where apt and dpkg are.");
        }

        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync();
            var text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0) return text;
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed: {errors.Result.Trim()}");
        }
    }
}
