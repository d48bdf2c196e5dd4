using System.IO.Compression;
using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Capture;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Commands;

public sealed class DecodeCommandTests
{
    private const string Underlay = "testdata/bundles/service/bundle/node-a/eth0.pcap";
    private const string Bridge = "testdata/bundles/service/bundle/node-a/cni0.pcap";

    // Every column of every frame of captures of many kinds, as it was when all of them agreed with tshark.
    [Test]
    public async Task Every_column_of_the_captures_of_testdata_is_as_recorded()
    {
        var captures = CaptureFiles.Others().Select(static path => Path.GetRelativePath(TestData.Root, path)).ToArray();
        var result = await CommandLine.RunAsync(["decode", .. captures]);
        var recorded = await File.ReadAllTextAsync(Path.Combine(TestData.Folder, "captures", "decoded.csv"));
        Assert.That(result.Output.Split('\n'), Is.EqualTo(recorded.Split('\n')));
    }

    [Test]
    public async Task A_row_says_all_of_a_segment_in_VXLAN()
    {
        var row = (await DecodedRows.OfAsync(Underlay)).First(static r => r["encapsulation"] == "vxlan" && r["protocol"] == "tcp");
        Assert.That(
            DecodedRows.Columns.Select(c => row[c]),
            Is.EqualTo(new[] { Underlay, "3", "2026-11-23T10:37:28.341369000Z", "", "ethernet", "124", "124", "", "vxlan", "1", "192.168.56.11", "192.168.56.12", "10.244.0.5", "10.244.1.7", "tcp", "37508", "8080", "23573", "63", "", "S", "1172450675", "0", "64860", "0", "" }));
    }

    [Test]
    public async Task JSON_lines_and_CSV_say_the_same()
    {
        var captures = CaptureFiles.Others().Select(static path => Path.GetRelativePath(TestData.Root, path)).Append(Underlay).ToArray();
        var rows = DecodedRows.Parse((await CommandLine.RunAsync(["decode", .. captures])).Output);
        var lines = (await CommandLine.RunAsync(["decode", "--format", "json", .. captures])).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(rows.Count));
        foreach (var (row, line) in rows.Zip(lines))
        {
            // Times stay text: a parser that makes dates of them would drop the nanoseconds.
            var json = JObject.Load(new Newtonsoft.Json.JsonTextReader(new StringReader(line)) { DateParseHandling = Newtonsoft.Json.DateParseHandling.None });
            Assert.That(json.Properties().Select(static p => (p.Name, p.Value.ToString())), Is.EqualTo(row.Where(static c => c.Value.Length > 0).Select(static c => (c.Key, DecodedRows.Unguarded(c.Value)))));
        }
    }

    [Test]
    public async Task Several_captures_stand_one_after_the_other_and_one_that_cannot_be_read_costs_no_other()
    {
        var (one, two) = (await DecodedRows.OfAsync(Underlay), await DecodedRows.OfAsync(Bridge));
        Assert.That(await DecodedRows.OfAsync(Underlay, Bridge), Is.EqualTo(one.Concat(two)));

        var mixed = await CommandLine.RunAsync("decode", Underlay, "testdata/README.md", "no-such-file.pcap", Bridge);
        Assert.That(mixed.ExitCode, Is.EqualTo(2));
        Assert.That(DecodedRows.Parse(mixed.Output), Is.EqualTo(one.Concat(two)));
        Assert.That(mixed.Errors, Does.Contain("testdata/README.md").And.Contain("no-such-file.pcap"));
    }

    [Test]
    public async Task A_capture_in_gzip_or_Zstandard_has_the_same_rows()
    {
        using var folder = new TemporaryFolder();
        var plain = await File.ReadAllBytesAsync(Path.Combine(TestData.Root, Underlay));
        var (gzip, zstd) = (folder["a.pcap.gz"], folder["b"]);
        using (var stream = new GZipStream(File.Create(gzip), CompressionLevel.Optimal))
            stream.Write(plain);
        using (var stream = new ZstdSharp.CompressionStream(File.Create(zstd), 3, leaveOpen: false))
            stream.Write(plain);
        var expected = (await DecodedRows.OfAsync(Underlay)).ConvertAll(WithoutFile);
        Assert.That((await DecodedRows.OfAsync(gzip)).ConvertAll(WithoutFile), Is.EqualTo(expected));
        Assert.That((await DecodedRows.OfAsync(zstd)).ConvertAll(WithoutFile), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_filter_keeps_the_frames_it_matches_with_their_numbers()
    {
        var all = await DecodedRows.OfAsync(Bridge);
        var expected = all.Where(static r => r["protocol"] == "tcp" && (r["src_port"] == "8080" || r["dst_port"] == "8080")).ToList();
        Assert.That(expected, Is.Not.Empty.And.Count.LessThan(all.Count));
        var filtered = await CommandLine.RunAsync("decode", Bridge, "--filter", "tcp port 8080");
        if (filtered.Errors.Contains("needs the native libpcap", StringComparison.Ordinal))
            Assert.Ignore("libpcap is not installed");
        Assert.That(DecodedRows.Parse(filtered.Output), Is.EqualTo(expected));
        Assert.That(await DecodedRows.OfAsync(Underlay, "--filter", "host 192.0.2.1"), Is.Empty);

        // Cooked captures have a filter program of their own.
        const string cooked = "testdata/bundles/any-capture/bundle/node-a/any.pcap";
        Assert.That(
            await DecodedRows.OfAsync(cooked, "--filter", "arp"),
            Is.EqualTo((await DecodedRows.OfAsync(cooked)).Where(static r => r["protocol"] == "arp")));
    }

    [Test]
    public async Task A_filter_that_libpcap_does_not_understand_is_one_line_and_no_rows()
    {
        var result = await CommandLine.RunAsync("decode", Bridge, "--filter", "port over 9000");
        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")));
        Assert.That(result.Errors.Trim().Split('\n'), Has.Length.EqualTo(1));
        Assert.That(result.Errors, Does.Contain("--filter"));
    }

    [Test]
    public async Task A_port_that_an_option_names_carries_VXLAN()
    {
        // The first frames of a capture in which a tunnel's port is not one of the usual ones.
        using var folder = new TemporaryFolder();
        var bytes = await File.ReadAllBytesAsync(Path.Combine(TestData.Root, Underlay));
        for (var i = 24; i + 16 < bytes.Length; i += 16 + BitConverter.ToInt32(bytes, i + 8))
        {
            // Destination port of UDP behind Ethernet and an IPv4 header without options.
            if (bytes[i + 16 + 23] == 17)
                (bytes[i + 16 + 36], bytes[i + 16 + 37]) = (0x30, 0x39);
        }

        var path = folder.Write("odd.pcap", bytes);
        Assert.That((await DecodedRows.OfAsync(path)).Select(static r => r["encapsulation"]), Has.None.EqualTo("vxlan"));
        Assert.That(
            (await DecodedRows.OfAsync(path, "--vxlan-port", "12345")).ConvertAll(WithoutFile),
            Is.EqualTo((await DecodedRows.OfAsync(Underlay)).ConvertAll(WithoutFile)));
    }

    private static Dictionary<string, string> WithoutFile(Dictionary<string, string> row) => row.Where(static c => c.Key != "file").ToDictionary(StringComparer.Ordinal);
}
