using System.Buffers.Binary;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>Makes damaged files of good ones: flipped bits, interesting numbers, pieces removed, repeated, and taken from other files.</summary>
internal sealed class CaptureMutator(IReadOnlyList<byte[]> seeds, int seed)
{
    private const int Capacity = 32 * 1024;
    private static readonly uint[] Numbers = [0, 1, 2, 3, 4, 7, 8, 15, 16, 20, 28, 32, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x40000, 0xFFFFFF, 0x1000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF];

    // What stands at the places where dispatch happens: EtherTypes, protocols in their bytes, tunnel ports.
    private static readonly ushort[] Words = [0x0800, 0x86DD, 0x8100, 0x88A8, 0x0806, 0x8847, 0x8864, 0x6558, 0x88BE, 0x22EB, 0x880B, 4789, 8472, 4790, 6081, 4754, 6635, 51820, 0x4500, 0x4504, 0x4006, 0x4011, 0x402F, 0x4004, 0x4029, 0x4032, 0x4033, 0x4001, 0x403A];

    // Repeatable from its seed, and no secret: the generator need not be a strong one.
#pragma warning disable CA5394
    private readonly Random random = new(seed);
    private readonly byte[] buffer = new byte[Capacity];
    private int length;

    /// <summary>The next input; its bytes are good until the next call.</summary>
    public ArraySegment<byte> Next()
    {
        var source = seeds[random.Next(seeds.Count)];
        length = Math.Min(source.Length, 64 + random.Next(source.Length));
        source.AsSpan(0, length).CopyTo(buffer);
        for (var n = random.Next(1, 12); n > 0; n--)
            Mutate();
        return new ArraySegment<byte>(buffer, 0, length);
    }

    private void Mutate()
    {
        if (length < 8)
            return;
        // Beginnings are hit more often: there are the file's headers and the first records.
        var at = random.Next(random.Next(3) == 0 ? Math.Min(length, 200) : length);
        switch (random.Next(9))
        {
            case 0 or 1:
                buffer[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                buffer[at] = (byte)random.Next(256);
                break;
            case 3:
                BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(at), Numbers[random.Next(Numbers.Length)]);
                break;
            case 4:
                BinaryPrimitives.WriteUInt32BigEndian(buffer.AsSpan(at), Numbers[random.Next(Numbers.Length)]);
                break;
            case 5:
                BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(at), Words[random.Next(Words.Length)]);
                break;
            case 6:
                Remove(at, random.Next(1, 64));
                break;
            case 7:
                Repeat(at, random.Next(1, 64));
                break;
            default:
                Splice(at);
                break;
        }
    }

    private void Remove(int at, int count)
    {
        count = Math.Min(count, length - at);
        buffer.AsSpan(at + count, length - at - count).CopyTo(buffer.AsSpan(at));
        length -= count;
    }

    // What stands there, twice.
    private void Repeat(int at, int count)
    {
        count = Math.Min(count, length - at);
        if (length + count > Capacity - 8)
            return;
        buffer.AsSpan(at, length - at).CopyTo(buffer.AsSpan(at + count));
        length += count;
    }

    // A piece of another file, over what is here.
    private void Splice(int at)
    {
        var other = seeds[random.Next(seeds.Count)];
        var from = random.Next(other.Length);
        var count = Math.Min(Math.Min(random.Next(1, 400), other.Length - from), length - at);
        other.AsSpan(from, count).CopyTo(buffer.AsSpan(at));
    }
#pragma warning restore CA5394
}
