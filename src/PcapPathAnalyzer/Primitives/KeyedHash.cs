using System.Runtime.CompilerServices;

namespace PcapPathAnalyzer.Primitives;

/// <summary>A hash of words for tables in memory, keyed per process: no capture can be made whose tuples all have one hash.</summary>
internal static class KeyedHash
{
    // Fields, not an array: once the class is initialised the JIT takes them for constants.
    private static readonly ulong Key0 = NewKey(), Key1 = NewKey(), Key2 = NewKey(), Key3 = NewKey();
    private static readonly ulong Key4 = NewKey(), Key5 = NewKey(), Key6 = NewKey(), Key7 = NewKey();

    /// <summary>
    /// Of two words: the halves of each, shifted by keys, are multiplied and the products added, of which the upper 32 bits are
    /// a universal hash (Thorup, "High Speed Hashing for Integers and Strings", pair-multiply-shift). No multiplication is wider
    /// than a word, which not every processor that the native program runs on has an instruction for.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(ulong a, ulong b) => (int)((Pair(a, Key0, Key1) + Pair(b, Key2, Key3)) >> 32);

    /// <summary>Of four words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(ulong a, ulong b, ulong c, ulong d) =>
        (int)((Pair(a, Key0, Key1) + Pair(b, Key2, Key3) + Pair(c, Key4, Key5) + Pair(d, Key6, Key7)) >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Pair(ulong word, ulong key, ulong otherKey) => ((word >> 32) + key) * ((uint)word + otherKey);

    // Seeded by the system per process. The cryptographic source would load OpenSSL, 3 ms of every start.
    private static ulong NewKey() => (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue);
}
