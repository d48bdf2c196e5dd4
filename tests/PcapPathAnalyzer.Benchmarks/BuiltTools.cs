namespace PcapPathAnalyzer.Benchmarks;

/// <summary>Programs that are built for a comparison, in a folder that is gone afterwards; null where the compiler or linker is missing.</summary>
internal sealed class BuiltTools : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pcappath-benchmarks-").FullName;

    public BuiltTools()
    {
        Floor = Compile("floor");
        LibpcapFloor = Compile("floor-libpcap", "-DWITH_LIBPCAP", "-lpcap");
        NativePass = Publish("PcapPathAnalyzer.DecodePass");
    }

    public string? Floor { get; }

    public string? LibpcapFloor { get; }

    /// <summary><see cref="DecodePass"/> as native code.</summary>
    public string? NativePass { get; }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string? Compile(string name, params string[] flags)
    {
        var target = Path.Combine(folder, name);
        return ProcessTime.Of("cc", ["-O2", "-o", target, Path.Combine(AppContext.BaseDirectory, "floor.c"), .. flags]) is null ? null : target;
    }

    // Beside the build of the repository, not in it: the lock files and its outputs stay as they are.
    private string? Publish(string project)
    {
        var target = Path.Combine(folder, "native");
        string[] options = ["-p:PublishAot=true", "-p:NuGetLockFilePath=obj/native.lock.json", "--use-current-runtime", "--artifacts-path", Path.Combine(folder, "artifacts")];
        return ProcessTime.Of("dotnet", ["publish", Repository.Folder("tests", project), "-c", "Release", "-o", target, .. options]) is null ? null : Path.Combine(target, project);
    }
}
