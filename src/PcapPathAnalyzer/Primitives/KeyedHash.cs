using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PcapPathAnalyzer.Primitives;

/// <summary>A hash of words for tables in memory, keyed per process: no capture can be made whose tuples all have one hash.</summary>
internal static class KeyedHash
{
    private static readonly ulong[] Keys = MemoryMarshal.Cast<byte, ulong>(RandomNumberGenerator.GetBytes(4 * sizeof(ulong))).ToArray();

    /// <summary>Of two words: a multiplication whose halves are folded (as wyhash does), so that every bit of the input reaches the result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(ulong a, ulong b)
    {
        var keys = Keys;
        var hash = Fold(a ^ keys[0], b ^ keys[1]);
        return (int)hash ^ (int)(hash >> 32);
    }

    /// <summary>Of four words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(ulong a, ulong b, ulong c, ulong d)
    {
        var keys = Keys;
        var hash = Fold(a ^ keys[0], b ^ keys[1]) ^ Fold(c ^ keys[2], d ^ keys[3]);
        return (int)hash ^ (int)(hash >> 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
