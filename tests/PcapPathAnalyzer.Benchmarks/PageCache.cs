using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>Keeps a file in the page cache while it is timed: on shared machines it is evicted behind one's back (mmap(2), mlock(2)).</summary>
internal sealed class PageCache : IDisposable
{
    private readonly nint address;
    private readonly nuint length;

    private PageCache(nint address, nuint length, bool locked) => (this.address, this.length, IsLocked) = (address, length, locked);

    /// <summary>False where the system or the limit of locked memory does not allow it; the file was then read once.</summary>
    public bool IsLocked { get; }

    public static PageCache Keep(string path)
    {
        const int read = 1, shared = 1;
        using var file = File.OpenHandle(path);
        var size = (nuint)RandomAccess.GetLength(file);
        if (OperatingSystem.IsLinux() && Map(0, size, read, shared, (int)file.DangerousGetHandle(), 0) is var address and not -1)
            return new PageCache(address, size, Lock(address, size) == 0);
        DecodeRun.Run(path);
        return new PageCache(0, 0, locked: false);
    }

    public void Dispose()
    {
        if (length > 0)
            _ = Unmap(address, length);
    }

    [DllImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mlock")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Lock(nint address, nuint length);

    [DllImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Unmap(nint address, nuint length);
}
