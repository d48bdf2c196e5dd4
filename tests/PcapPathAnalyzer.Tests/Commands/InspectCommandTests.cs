using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Commands;

public sealed class InspectCommandTests
{
    private const string Capture = "testdata/bundles/service/bundle/node-a/eth0.pcap";

    [Test]
    public async Task Inspect_shows_every_layer_of_one_frame()
    {
        var row = (await DecodedRows.OfAsync(Capture)).First(static r => r["encapsulation"] == "vxlan" && r["protocol"] == "tcp");
        var result = await CommandLine.RunAsync("inspect", $"{Capture}#{row["frame"]}");
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        Assert.That(result.Output, Does.StartWith($"{Capture}#{row["frame"]}  {row["time"]}"));
        Assert.That(result.Output, Does.Contain($"{row["length"]} bytes on the wire, {row["captured"]} captured"));
        Assert.That(result.Output, Does.Contain($"packet at byte 14: udp {row["outer_src"]}:").And.Contain($"{row["src"]}:{row["src_port"]} > {row["dst"]}:{row["dst_port"]}"));
        foreach (var layer in new[] { "Eth:", "IP:", "UDP:" })
            Assert.That(result.Output, Does.Contain(layer));
    }

    [TestCase($"{Capture}#0")]
    [TestCase($"{Capture}#99999")]
    [TestCase($"{Capture}")]
    [TestCase("no-such-file.pcap#1")]
    [TestCase("testdata/README.md#1")]
    public async Task Inspect_of_a_frame_that_is_not_there_is_refused_with_the_reason(string place)
    {
        var result = await CommandLine.RunAsync("inspect", place);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Errors, Does.Contain(place.Split('#')[0]));
        Assert.That(result.Errors, Does.Not.Contain("   at "));
    }

    [Test]
    public async Task Inspect_takes_every_frame_of_the_captures_of_testdata()
    {
        // Damaged ones and link types that are only counted among them.
        foreach (var name in new[] { "the-tcpdump-group__tcpdump__esp_truncated.pcap", "the-tcpdump-group__tcpdump__ieee802.11_exthdr.pcap", "the-tcpdump-group__tcpdump__nflog.pcap", "seladb__PcapPlusPlus__pcap_sll2.pcap" })
        {
            var result = await CommandLine.RunAsync("inspect", $"testdata/captures/{name}#1");
            Assert.That(result.ExitCode, Is.Zero, name);
            Assert.That(result.Output, Does.Contain($"{name}#1"));
        }
    }
}
