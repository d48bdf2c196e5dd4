using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace PcapPathAnalyzer.Tests.Bundles;

/// <summary>Packs folders for tests.</summary>
internal static class ArchiveMaker
{
    public static string Tar(string folder, string target, string prefix = "")
    {
        using var stream = File.Create(target);
        Tar(folder, stream, prefix);
        return target;
    }

    public static string TarGz(string folder, string target, string prefix = "")
    {
        using var stream = new GZipStream(File.Create(target), CompressionLevel.Fastest);
        Tar(folder, stream, prefix);
        return target;
    }

    public static string TarZst(string folder, string target, string prefix = "")
    {
        using var stream = new ZstdSharp.CompressionStream(File.Create(target), level: 3, leaveOpen: false);
        Tar(folder, stream, prefix);
        return target;
    }

    public static string TarXz(string folder, string target, string prefix = "")
    {
        var tar = target + ".plain";
        Tar(folder, tar, prefix);
        Run("xz", $"-0 -k {tar}");
        File.Move(tar + ".xz", target);
        File.Delete(tar);
        return target;
    }

    public static string Zip(string folder, string target, string prefix = "")
    {
        using var archive = ZipFile.Open(target, ZipArchiveMode.Create);
        foreach (var file in Files(folder))
            archive.CreateEntryFromFile(file, prefix + Path.GetRelativePath(folder, file));
        return target;
    }

    /// <summary>A tar of entries as they are given, hostile ones included.</summary>
    public static string TarOf(string target, params TarEntry[] entries)
    {
        using var writer = new TarWriter(File.Create(target), TarEntryFormat.Pax, leaveOpen: false);
        foreach (var entry in entries)
            writer.WriteEntry(entry);
        return target;
    }

    public static PaxTarEntry Entry(string name, byte[] content) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) };

    /// <summary>Copies a folder.</summary>
    public static string Copy(string folder, string target)
    {
        foreach (var file in Files(folder))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }

        return target;
    }

    public static void Run(string program, string arguments)
    {
        Process? process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore($"{program} is not installed");
            return;
        }

        process!.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, process.StandardError.ReadToEnd());
    }

    // Backwards, so that nothing rests on an archive's order.
    private static IEnumerable<string> Files(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories).OrderDescending(StringComparer.Ordinal);

    private static void Tar(string folder, Stream stream, string prefix)
    {
        using var writer = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var file in Files(folder))
            writer.WriteEntry(file, prefix + Path.GetRelativePath(folder, file).Replace('\\', '/'));
    }
}
