using System.IO.Compression;
using CsCheck;
using PcapPathAnalyzer.Capture;

namespace PcapPathAnalyzer.Tests.Capture;

/// <summary>Files of every kind, written byte by byte by the tests themselves, whole, cut and damaged.</summary>
public class CaptureReaderTests
{
    [Test]
    public void Every_kind_of_pcap_file_gives_back_what_was_put_in() => CaptureGen.Pcap.Sample(
        static file =>
        {
            var read = ReadBack.Of(file.File);
            read.IsExactly(file.Frames);
            Assert.That(read.Problems, Is.Empty);
        },
        iter: 3000);

    [Test]
    public void Every_kind_of_pcapng_file_gives_back_what_was_put_in() => CaptureGen.Pcapng.Sample(
        static file =>
        {
            var read = ReadBack.Of(file.File);
            read.IsExactly(file.Frames);
            Assert.That(read.Problems, Is.Empty);
        },
        iter: 3000);

    [Test]
    public void A_file_in_gzip_or_Zstandard_gives_the_same() => Gen.Select(CaptureGen.Any, Gen.Bool).Sample(
        static (file, gzip) =>
        {
            var read = ReadBack.Of(Compress(file.File, gzip));
            read.IsExactly(file.Frames);
            Assert.That(read.Problems, Is.Empty);
        },
        iter: 1000);

    [Test]
    public void A_file_cut_at_any_byte_gives_the_frames_before_the_cut_and_says_so() => CaptureGen.Any.Sample(
        static file =>
        {
            for (var length = 0; length < file.File.Length; length++)
            {
                var read = ReadBack.Of(file.File[..length]);
                read.IsExactly(file.Frames.Where(f => f.End <= length));
                if (length < 24)
                    Assert.That(read.Problems, Is.Not.Empty, $"{length} bytes");
            }
        },
        iter: 40);

    [Test]
    public void A_pcap_file_cut_inside_a_record_is_a_problem_and_one_cut_between_records_is_none() => CaptureGen.Pcap.Sample(
        static file =>
        {
            for (var length = 24; length <= file.File.Length; length++)
            {
                var between = length == 24 || file.Frames.Exists(f => f.End == length);
                Assert.That(ReadBack.Of(file.File[..length]).Problems.Select(static p => p.Code), between ? Is.Empty : Is.EqualTo(new[] { "capture-truncated" }), $"{length} bytes");
            }
        },
        iter: 60);

    [Test]
    public void A_compressed_file_cut_at_any_byte_gives_some_first_frames() => Gen.Select(CaptureGen.Any, Gen.Bool).Sample(
        static (file, gzip) =>
        {
            var compressed = Compress(file.File, gzip);
            for (var length = 0; length < compressed.Length; length++)
            {
                var read = ReadBack.Of(compressed[..length]);
                read.IsExactly(file.Frames.Take(read.Frames.Count));
            }
        },
        iter: 30);

    [Test]
    public void A_pcapng_block_with_a_damaged_length_costs_no_frame_but_its_own() => Gen.Select(CaptureGen.Pcapng, Gen.Int[0, 1000], Gen.UInt).Where(static (file, _, _) => file.Frames.Count > 1).Sample(
        static (file, which, garbage) =>
        {
            var damaged = which % file.Frames.Count;
            var end = file.Frames[damaged].End;
            var bytes = file.File.ToArray();
            if (BitConverter.ToUInt32(bytes, end - 4) == garbage)
                return;
            BitConverter.TryWriteBytes(bytes.AsSpan(end - 4), garbage);
            var read = ReadBack.Of(bytes);
            read.IsExactly(file.Frames.Where((_, i) => i != damaged));
            Assert.That(read.Problems, Is.Not.Empty);
        },
        iter: 1000);

    [Test]
    public void Random_bytes_behind_any_beginning_never_throw() => Gen.Select(CaptureGen.Any, Gen.Int[0, 4000], Gen.Byte.Array[0, 200], Gen.Int[0, 100]).Sample(
        static (file, at, garbage, keep) =>
        {
            at = Math.Min(at, file.File.Length);
            byte[] bytes = [.. file.File[..at], .. garbage, .. file.File[Math.Min(file.File.Length, at + keep)..]];
            var read = ReadBack.Of(bytes);
            Assert.That(read.Problems.All(static p => p.Code is "capture-truncated" or "unreadable-input"), Is.True);
        },
        iter: 10_000);

    [Test]
    public void Flipped_bits_never_throw_also_inside_compressed_files() => Gen.Select(CaptureGen.Any, Gen.Int[0, 2], Gen.Int[0, int.MaxValue].Array[1, 10]).Sample(
        static (file, compression, flips) =>
        {
            var bytes = compression == 0 ? file.File.ToArray() : Compress(file.File, compression == 1);
            foreach (var flip in flips)
                bytes[flip / 8 % bytes.Length] ^= (byte)(1 << (flip & 7));
            ReadBack.Of(bytes);
        },
        iter: 10_000);

    private static byte[] Compress(byte[] bytes, bool gzip)
    {
        var into = new MemoryStream();
        using (Stream stream = gzip ? new GZipStream(into, CompressionLevel.Fastest, leaveOpen: true) : new ZstdSharp.CompressionStream(into, 1, leaveOpen: true))
            stream.Write(bytes);
        return into.ToArray();
    }
}
