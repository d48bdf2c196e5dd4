using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PcapPathAnalyzer.Primitives;

/// <summary>A hash of words for tables in memory, keyed per process: no capture can be made whose tuples all have one hash.</summary>
internal static class KeyedHash
{
    // Fields, not an array, and no initializers: native code would ask at every hash whether those have run, 2 to 3 % of all decoding.
    private static ulong key0, key1, key2, key3, key4, key5, key6, key7;

    /// <summary>
    /// Of two words: the halves of each, shifted by keys, are multiplied and the products added, of which the upper 32 bits are
    /// a universal hash (Thorup, "High Speed Hashing for Integers and Strings", pair-multiply-shift). No multiplication is wider
    /// than a word, which not every processor that the native program runs on has an instruction for.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(ulong a, ulong b) => (int)((Pair(a, key0, key1) + Pair(b, key2, key3)) >> 32);

    /// <summary>Of four words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(ulong a, ulong b, ulong c, ulong d) =>
        (int)((Pair(a, key0, key1) + Pair(b, key2, key3) + Pair(c, key4, key5) + Pair(d, key6, key7)) >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Pair(ulong word, ulong key, ulong otherKey) => ((word >> 32) + key) * ((uint)word + otherKey);

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "It only draws numbers, and before anything is hashed.")]
    internal static void ChooseKeys()
    {
        (key0, key1, key2, key3) = (NewKey(), NewKey(), NewKey(), NewKey());
        (key4, key5, key6, key7) = (NewKey(), NewKey(), NewKey(), NewKey());
    }

    // Seeded by the system per process. The cryptographic source would load OpenSSL, 3 ms of every start.
    private static ulong NewKey() => (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue);
}
