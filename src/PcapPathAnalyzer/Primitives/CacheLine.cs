using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PcapPathAnalyzer.Primitives;

/// <summary>Hints to the processor's caches. They change no result, and an address that is no longer valid is no error.</summary>
internal static class CacheLine
{
    /// <summary>Fetches the line of a place that is read soon. Nothing happens where the processor's hint is not known here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch<T>(ref readonly T place)
        where T : struct
    {
        // The hint takes an address. The collector may move the object meanwhile; a hint may be wrong.
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in place)));
    }
}
