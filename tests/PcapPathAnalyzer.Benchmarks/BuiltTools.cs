using System.Runtime.InteropServices;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>Programs that are built for a comparison, in a folder that is gone afterwards; null where the compiler or linker is missing.</summary>
internal sealed class BuiltTools : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pcappath-benchmarks-").FullName;

    /// <summary>The C program that does the decoder's work, reading by itself.</summary>
    public string? Floor() => Compile("floor");

    /// <summary>The same with libpcap's reader.</summary>
    public string? LibpcapFloor() => Compile("floor-libpcap", "-DWITH_LIBPCAP", "-lpcap");

    /// <summary>A project's program as native code.</summary>
    /// <param name="project">Its folder in the repository.</param>
    /// <param name="name">The program's.</param>
    public string? Native(string project, string name) => Publish(project, name, "native", "-p:PublishAot=true");

    /// <summary>A project's program for the .NET runtime, compiled ahead as far as that allows.</summary>
    public string? FrameworkDependent(string project, string name) => Publish(project, name, "framework", "--self-contained", "false");

    // Beside the build of the repository, not in it.
    private string? Publish(string project, string name, string kind, params string[] options)
    {
        var target = Path.Combine(folder, name + "-" + kind);
        options = ["publish", Path.Combine(TestData.Root, project), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "-p:RunAnalyzers=false", "--artifacts-path", Path.Combine(folder, kind), "-o", target, .. options];
        return ProcessTime.Of("dotnet", options) is null ? null : Path.Combine(target, name);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string? Compile(string name, params string[] flags)
    {
        var target = Path.Combine(folder, name);
        return ProcessTime.Of("cc", ["-O2", "-o", target, Path.Combine(AppContext.BaseDirectory, "floor.c"), .. flags]) is null ? null : target;
    }
}
