using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Bundles;

/// <summary>Archives made to harm: the entry is refused by name, everything else is read, nothing is written anywhere.</summary>
public sealed class HostileArchiveTests
{
    private static readonly byte[] Addresses = File.ReadAllBytes(Path.Combine(TestData.Bundle("service"), "node-a", "ip-addr.txt"));

    private TemporaryFolder folder = null!;

    [SetUp]
    public void Make() => folder = new TemporaryFolder();

    [TearDown]
    public void Remove() => folder.Dispose();

    [TestCase("../../etc/passwd", "leads out")]
    [TestCase("node-a/../../../x", "leads out")]
    [TestCase("..\\..\\x", "leads out")]
    [TestCase("/etc/passwd", "absolute")]
    [TestCase("C:\\Windows\\x", "absolute")]
    [TestCase("\\\\server\\share", "absolute")]
    [TestCase("node-a/\u001b]0;x\u0007", "control characters")]
    [TestCase("./", "no name")]
    public void A_name_that_leads_elsewhere_is_refused(string name, string why)
    {
        foreach (var archive in new[] { Tar(ArchiveMaker.Entry(name, "x"u8.ToArray())), Zip((name, "x"u8.ToArray())) })
        {
            // A name that ends in a slash is a folder's in a zip, and no entry at all.
            if (archive.EndsWith(".zip", StringComparison.Ordinal) && name.EndsWith('/'))
                continue;
            AssertRefused(archive, why);
        }
    }

    [Test]
    public void A_name_too_long_or_too_deep_is_refused()
    {
        AssertRefused(Tar(ArchiveMaker.Entry(new string('x', 5000), [])), "5000 characters");
        AssertRefused(Tar(ArchiveMaker.Entry(string.Concat(Enumerable.Repeat("d/", 100)) + "x", [])), "folders deep");
    }

    [Test]
    public void A_name_in_an_unknown_encoding_is_refused()
    {
        var archive = Tar(new V7TarEntry(TarEntryType.V7RegularFile, "node-a/XXXX.txt") { DataStream = new MemoryStream("x"u8.ToArray()) });
        var bytes = File.ReadAllBytes(archive);
        var at = bytes.AsSpan().IndexOf("XXXX"u8);
        var header = at / 512 * 512;
        new byte[] { 0xE9, 0xE8, 0xFF, 0xFE }.CopyTo(bytes, at);
        bytes.AsSpan(header + 148, 8).Fill((byte)' ');
        var sum = bytes.AsSpan(header, 512).ToArray().Sum(b => b);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(bytes, header + 148);
        File.WriteAllBytes(archive, bytes);
        AssertRefused(archive, "not UTF-8");
    }

    [TestCase("/etc/shadow")]
    [TestCase("../../../etc/shadow")]
    public void A_symbolic_link_out_of_the_bundle_is_refused(string target)
    {
        AssertRefused(Tar(new PaxTarEntry(TarEntryType.SymbolicLink, "node-a/route") { LinkName = target }), "symbolic link that leads out");
        AssertRefused(Zip(("node-a/route", Encoding.UTF8.GetBytes(target))), "symbolic link that leads out", mark: 0xA1FF);
        File.CreateSymbolicLink(Directory.CreateDirectory(folder["plain"]).FullName + "/route", target);
        folder.Write("plain/ip-addr.txt", Addresses);
        using var bundle = BundleReader.Read(folder["plain"]);
        Assert.That(bundle.Problems.Single(p => p.Location.File == "route").Message, Does.Contain("symbolic link that leads out"));
    }

    [Test]
    public void A_link_inside_the_bundle_is_no_problem()
    {
        var archive = Tar(
            new PaxTarEntry(TarEntryType.SymbolicLink, "node-a/link") { LinkName = "ip-addr.txt" },
            new PaxTarEntry(TarEntryType.HardLink, "node-c/ip-addr.txt") { LinkName = "node-a/ip-addr.txt" });
        using var bundle = BundleReader.Read(archive);
        Assert.That(bundle.Problems, Is.Empty);
        Assert.That(bundle.Dumps.Select(d => d.Document.File), Is.EqualTo(new[] { "node-a/ip-addr.txt", "node-b/ip-addr.txt", "node-c/ip-addr.txt" }));
    }

    [Test]
    public void A_hard_link_to_what_is_not_in_the_archive_is_refused() =>
        AssertRefused(Tar(new PaxTarEntry(TarEntryType.HardLink, "node-a/x") { LinkName = "/etc/shadow" }), "hard link");

    [TestCase(TarEntryType.CharacterDevice, "character device")]
    [TestCase(TarEntryType.BlockDevice, "block device")]
    [TestCase(TarEntryType.Fifo, "named pipe")]
    public void A_device_is_refused(TarEntryType type, string what) => AssertRefused(Tar(new PaxTarEntry(type, "node-a/x")), what);

    [Test]
    public void A_pipe_in_a_folder_does_not_block()
    {
        folder.Write("plain/ip-addr.txt", Addresses);
        ArchiveMaker.Run("mkfifo", folder["plain/pipe"]);
        using var bundle = BundleReader.Read(folder["plain"]);
        Assert.That(bundle.Dumps, Is.Not.Empty);
    }

    [Test]
    public void A_gzip_bomb_is_refused_and_the_rest_is_read()
    {
        AssertRefused(Tar(ArchiveMaker.Entry("node-a/bomb.gz", Bomb())), "decompression bomb");
        AssertRefused(Zip(("node-a/bomb.gz", Bomb())), "decompression bomb");
    }

    [Test]
    public void A_zip_bomb_is_refused_and_the_rest_is_read() => AssertRefused(Zip(("node-a/bomb.txt", Enumerable.Repeat((byte)'a', 100 << 20).ToArray())), "decompression bomb");

    [Test]
    public void A_bundle_that_is_a_bomb_itself_is_named()
    {
        var bomb = folder.Write("bomb.tar.gz", Bomb());
        Assert.That(Assert.Throws<BundleException>(() => BundleReader.Read(bomb))!.Message, Does.Contain("decompression bomb"));
    }

    [Test]
    public void Archives_in_archives_end_at_the_limit()
    {
        var inner = Addresses;
        var name = "ip-addr.txt";
        for (var i = 0; i < BundleLimits.MaxDepth + 3; i++)
        {
            inner = File.ReadAllBytes(ArchiveMaker.TarOf(folder["inner.tar"], ArchiveMaker.Entry(name, inner)));
            name = "a.tar";
        }

        AssertRefused(Tar(ArchiveMaker.Entry("a.tar", inner)), "archives deep");
    }

    [Test]
    public void Refusals_without_end_are_counted()
    {
        using var bundle = BundleReader.Read(Tar([.. Enumerable.Range(0, 1000).Select(i => ArchiveMaker.Entry($"../{i}", []))]));
        Assert.That(bundle.Problems, Has.Count.EqualTo(BundleLimits.MaxRefusals + 1));
        Assert.That(bundle.Problems[^1].Message, Is.EqualTo($"{1000 - BundleLimits.MaxRefusals} more entries were refused"));
    }

    [Test]
    public void The_last_of_two_entries_of_one_name_counts_and_is_said()
    {
        var archive = Tar(ArchiveMaker.Entry("node-z/x.txt", "first\n"u8.ToArray()), ArchiveMaker.Entry("node-z/x.txt", Addresses));
        using var bundle = BundleReader.Read(archive);
        Assert.That(bundle.Dumps.Single(d => d.Namespace == "node-z").Document.Records, Is.Not.Empty);
        Assert.That(bundle.Problems.Select(p => p.Message), Has.Some.Contains("more than once"));
    }

    [Test]
    public void Any_damage_of_any_archive_is_a_word_and_no_crash()
    {
        ArchiveMaker.Copy(Path.Combine(TestData.Bundle("service"), "node-b"), folder["b"]);
        var random = new Random(1);
        foreach (var archive in new[] { ArchiveMaker.Tar(folder["b"], folder["b.tar"]), ArchiveMaker.TarGz(folder["b"], folder["b.tgz"]), ArchiveMaker.TarZst(folder["b"], folder["b.tar.zst"]), ArchiveMaker.Zip(folder["b"], folder["b.zip"]) })
        {
            var whole = File.ReadAllBytes(archive);
            for (var i = 0; i < 30; i++)
            {
                var bytes = whole.AsSpan(0, i % 2 == 0 ? whole.Length : random.Next(whole.Length)).ToArray();
                for (var n = 0; n < 20 && bytes.Length > 0; n++)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                File.WriteAllBytes(archive, bytes);
                try
                {
                    using var contents = BundleContents.Open(archive);
                    Assert.That(contents.Files.Count + contents.Problems.Count, Is.Positive);
                }
                catch (BundleException e)
                {
                    Assert.That(e.Message, Does.Contain(archive));
                }
            }
        }
    }

    private static byte[] Bomb()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            zeros.AsSpan().Fill((byte)'a');
            for (var i = 0; i < 160; i++)
                gzip.Write(zeros);
        }

        // Gzip in gzip: one layer alone stays near the limit of what the format can do.
        using var twice = new MemoryStream();
        using (var gzip = new GZipStream(twice, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(packed.ToArray());
        return twice.ToArray();
    }

    private static void AssertRefused(string archive, string why, int mark = 0)
    {
        if (mark != 0)
            MarkFirst(archive, mark);
        using var bundle = BundleReader.Read(archive);
        Assert.That(bundle.Problems.Where(p => p.Code == "unreadable-input" && p.Message.Contains(why)).ToList(), Has.Count.EqualTo(1), string.Join('\n', bundle.Problems));
        Assert.That(bundle.Problems[0].Location.File, Is.Not.Empty);
        Assert.That(bundle.Problems[0].ToString().Any(char.IsControl), Is.False);
        Assert.That(bundle.Dumps.Where(d => d.Namespace == "node-a").SelectMany(d => d.Document.Records), Is.Not.Empty, "the rest is read");
    }

    private static void MarkFirst(string archive, int mode)
    {
        using var zip = ZipFile.Open(archive, ZipArchiveMode.Update);
        zip.Entries[0].ExternalAttributes = mode << 16;
    }

    // After one good entry, before another.
    private string Tar(params TarEntry[] hostile) =>
        ArchiveMaker.TarOf(folder[Path.GetRandomFileName() + ".tar"], [ArchiveMaker.Entry("node-a/ip-addr.txt", Addresses), .. hostile, ArchiveMaker.Entry("node-b/ip-addr.txt", Addresses)]);

    private string Zip((string Name, byte[] Content) hostile)
    {
        var file = folder[Path.GetRandomFileName() + ".zip"];
        using var archive = ZipFile.Open(file, ZipArchiveMode.Create);
        foreach (var (name, content) in new[] { hostile, ("node-a/ip-addr.txt", Addresses) })
        {
            using var entry = archive.CreateEntry(name).Open();
            entry.Write(content);
        }

        return file;
    }
}
