using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Commands;

/// <summary>What <c>pcappath decode</c> prints, a dictionary of columns per row.</summary>
internal static class DecodedRows
{
    public static readonly string[] Columns =
    [
        "file", "frame", "time", "interface", "link_type", "length", "captured", "vlan", "encapsulation", "vni", "outer_src", "outer_dst", "src", "dst", "protocol",
        "src_port", "dst_port", "ip_id", "ttl", "fragment_offset", "tcp_flags", "seq", "ack", "window", "payload_length", "note",
    ];

    public static async Task<List<Dictionary<string, string>>> OfAsync(params string[] arguments)
    {
        var result = await CommandLine.RunAsync(["decode", .. arguments]);
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        return Parse(result.Output);
    }

    /// <summary>A cell without the apostrophe that keeps a spreadsheet from taking a capture's own text for a formula.</summary>
    public static string Unguarded(string cell) => cell.StartsWith('\'') ? cell[1..] : cell;

    public static List<Dictionary<string, string>> Parse(string csv)
    {
        var records = CsvRows.Records(csv).ToList();
        Assert.That(records[0], Is.EqualTo(Columns));
        Assert.That(records, Has.All.Count.EqualTo(Columns.Length));
        return records.Skip(1).Select(static r => Columns.Zip(r).ToDictionary(static c => c.First, static c => c.Second, StringComparer.Ordinal)).ToList();
    }
}
