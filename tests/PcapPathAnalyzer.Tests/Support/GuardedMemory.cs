using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Tests.Support;

/// <summary>
/// Memory between two pages that may not be touched (mmap(2), mprotect(2)): one byte read outside of what was placed at an
/// edge ends the test run at once, which no bounds check of the runtime can hide.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private readonly nuint page = (nuint)Environment.SystemPageSize;
    private readonly byte* whole;
    private readonly int size;

    /// <param name="size">Room between the guards, in bytes.</param>
    public GuardedMemory(int size)
    {
        const int readWrite = 3, none = 0, privateAnonymous = 0x22;
        this.size = (int)(((nuint)size + page - 1) / page * page);
        whole = Map(null, Total, readWrite, privateAnonymous, -1, 0);
        if (whole == (byte*)-1 || Protect(whole, page, none) != 0 || Protect(whole + page + this.size, page, none) != 0)
            throw new InvalidOperationException($"no guarded memory: error {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>mmap's numbers are written for Linux here.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    private nuint Total => (nuint)size + (2 * page);

    /// <summary>A copy that ends where the forbidden page begins.</summary>
    public Span<byte> AtEnd(ReadOnlySpan<byte> bytes) => Place(bytes, whole + page + size - bytes.Length);

    /// <summary>A copy that begins where the forbidden page ends.</summary>
    public Span<byte> AtBeginning(ReadOnlySpan<byte> bytes) => Place(bytes, whole + page);

    public void Dispose() => Unmap(whole, Total);

    private Span<byte> Place(ReadOnlySpan<byte> bytes, byte* at)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, size, nameof(bytes));
        var place = new Span<byte>(at, bytes.Length);
        bytes.CopyTo(place);
        return place;
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial byte* Map(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(void* address, nuint length);
}
