using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Bundles;

/// <summary>A bundle is the same bundle however it is packed.</summary>
public sealed class ArchiveTests
{
    private static readonly string Service = TestData.Bundle("service");

    private TemporaryFolder folder = null!;

    private static IReadOnlyDictionary<string, Func<string, string, string, string>> Packers { get; } = new Dictionary<string, Func<string, string, string, string>>
    {
        ["case.tar"] = ArchiveMaker.Tar,
        ["case.tar.gz"] = ArchiveMaker.TarGz,
        ["case.tgz"] = ArchiveMaker.TarGz,
        ["case.tar.zst"] = ArchiveMaker.TarZst,
        ["case.tar.xz"] = ArchiveMaker.TarXz,
        ["case.zip"] = ArchiveMaker.Zip,
    };

    [SetUp]
    public void Make() => folder = new TemporaryFolder();

    [TearDown]
    public void Remove() => folder.Dispose();

    [TestCaseSource(nameof(Packers))]
    public void An_archive_gives_the_bytes_that_its_folder_gives(KeyValuePair<string, Func<string, string, string, string>> packer)
    {
        // Under a name that stands for nothing else in a report.
        Directory.CreateSymbolicLink(folder["case.plain"], Path.GetFullPath(Service));
        var plain = Analysis.Files(folder["case.plain"]);
        Directory.CreateDirectory(folder["bare"]);
        Directory.CreateDirectory(folder["wrapped"]);
        foreach (var archive in new[] { packer.Value(Service, folder["bare/" + packer.Key], ""), packer.Value(Service, folder["wrapped/" + packer.Key], "case/") })
        {
            var packed = Analysis.Files(archive);
            Assert.That(packed.Keys, Is.EquivalentTo(plain.Keys));
            foreach (var (file, text) in plain)
                Assert.That(packed[file], Is.EqualTo(text), $"{archive}: {file}");
        }
    }

    [Test]
    public void Node_archives_in_a_cluster_archive_are_namespaces_named_like_folders()
    {
        Directory.CreateDirectory(folder["cluster/logs"]);
        foreach (var node in Directory.GetDirectories(Service).Select(Path.GetFileName))
            ArchiveMaker.TarZst(Path.Combine(Service, node!), folder[$"cluster/{node}.tar.zst"], node + "/");
        var zip = ArchiveMaker.Zip(folder["cluster"], folder["inner.zip"]);
        Directory.CreateDirectory(folder["outer"]);
        File.Move(zip, folder["outer/inner.zip"]);
        using var nested = BundleReader.Read(ArchiveMaker.TarGz(folder["outer"], folder["outer.tar.gz"]));
        using var plain = BundleReader.Read(Service);
        Assert.That(nested.Captures.Select(c => c.Namespace), Is.EqualTo(plain.Captures.Select(c => "inner/" + c.Namespace)));
        Assert.That(nested.Captures[0].File, Does.StartWith("inner.zip/").And.Contain(".tar.zst/"), "the file can be found by its name");
        Assert.That(PathAnalyzer.Analyze(nested).Flows.Select(f => f.Requested), Is.EqualTo(PathAnalyzer.Analyze(plain).Flows.Select(f => f.Requested)));
    }

    [Test]
    public void Compressed_captures_and_dumps_in_a_folder_are_read_as_what_they_hold()
    {
        var copy = ArchiveMaker.Copy(Service, folder["copy"]);
        var plain = Analysis.Files(Service);
        foreach (var file in Directory.GetFiles(copy, "*", SearchOption.AllDirectories).Where((_, i) => i % 2 == 0))
        {
            using var packed = new System.IO.Compression.GZipStream(File.Create(file + ".gz"), System.IO.Compression.CompressionLevel.Fastest);
            packed.Write(File.ReadAllBytes(file));
            File.Delete(file);
        }

        Assert.That(Analysis.Files(copy)["flows.csv"], Is.EqualTo(plain["flows.csv"]));
    }

    [Test]
    public void One_capture_is_a_bundle_of_one()
    {
        using var bundle = BundleReader.Read(Path.Combine(Service, "node-a", "eth0.pcap"));
        Assert.That(bundle.Captures.Select(c => (c.Namespace, c.File)), Is.EqualTo(new[] { (".", "eth0.pcap") }));
    }

    [Test]
    public void A_bundle_leaves_nothing_in_the_temporary_folder_even_while_it_is_open()
    {
        using var bundle = BundleReader.Read(ArchiveMaker.TarGz(Service, folder["case.tgz"]));
        if (OperatingSystem.IsWindows())
            Assert.Ignore("Windows cannot take a name from an open file");
        Assert.That(Directory.GetFiles(Path.GetTempPath(), "pcappath-*.spool"), Is.Empty);
        using var stream = bundle.Captures[0].Open();
        Assert.That(stream.ReadByte(), Is.GreaterThanOrEqualTo(0));
    }

    [Test]
    public void An_archive_cut_short_is_read_up_to_there()
    {
        var archive = ArchiveMaker.TarGz(Service, folder["case.tar.gz"]);
        using (var stream = File.OpenWrite(archive))
            stream.SetLength(new FileInfo(archive).Length / 2);
        using var bundle = BundleReader.Read(archive);
        Assert.That(bundle.Captures, Is.Not.Empty);
        Assert.That(bundle.Problems.Select(p => p.Message), Has.Some.Contains("cut short").Or.Some.Contains("could be read"));
    }
}
