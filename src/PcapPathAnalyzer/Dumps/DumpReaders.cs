using System.Collections.Frozen;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Json;
using PcapPathAnalyzer.Dumps.Readers;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps;

/// <summary>All kinds of dumps the program reads, and the way from a file's text to its records.</summary>
public static class DumpReaders
{
    /// <summary>A new kind is a new file and a line here.</summary>
    public static IReadOnlyList<IDumpReader> All { get; } =
    [
        new Iptables.IptablesSaveReader(),
        new Iptables.IptablesListReader(),
        new Iptables.IptablesRulesReader(),
        new Nftables.NftRulesetReader(),
        new Nftables.Json.NftRulesetJson(),
        new IpSetReader(),
        new IpvsReader(),
        new BridgeVlanReader(),
        new BridgeLinkReader(),
        new BrctlReader(),
        new IpAddrReader(),
        new IpBriefReader(),
        new IfconfigReader(),
        new IpRouteReader(),
        new IpRuleReader(),
        new IpNeighReader(),
        new BridgeFdbReader(),
        new IpLinkJson(),
        new IpRouteJson(),
        new IpRuleJson(),
        new IpNeighJson(),
        new BridgeFdbJson(),
        new BridgeVlanJson(),
        new ConntrackReader(),
        new ConntrackStatisticsReader(),
        new SsReader(),
        new NetstatReader(),
        new ProcSocketReader(),
        new ProcRouteReader(),
        new RouteTableReader(),
        new ArpReader(),
        new SysctlReader(),
        new NetnsReader(),
        new CniReader(),
        .. SkippedReader.All,
    ];

    private static readonly FrozenSet<string> LineProblems = All.Select(static r => "unknown-" + r.Kind).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads a file's text: splits it at command headings, recognises each part by its content, and reads it.</summary>
    /// <param name="file">Name inside the bundle, forward slashes.</param>
    public static DumpDocument Read(string file, string content) => Read(file, new StringReader(content));

    /// <inheritdoc cref="Read(string, string)"/>
    public static DumpDocument Read(string file, TextReader content) => Read(file, Lines.Read(content)!);

    internal static DumpDocument Read(string file, Lines lines)
    {
        var document = new DumpDocument(file) { Lines = lines.All };
        foreach (var text in Sections.Of(file, lines))
            Read(text, document);
        return document;
    }

    /// <summary>True for the problem of a line that the reader of its dump does not understand (<c>unknown-ip-route</c> and its kind).</summary>
    public static bool IsLineProblem(Problem problem) => LineProblems.Contains(problem.Code);

    private static void Read(DumpText text, DumpDocument document)
    {
        if (JsonEntries.IsEmpty(text))
            return;
        if (Recognise(text, All) is { } reader)
            new MixedText(text, document).Read(reader);
        else if (!Enumerable.Range(0, text.Count).All(text.IsBlank))
            document.Add(Unknown.Text(text));
    }

    /// <summary>The reader that is surest of a text; null where none is sure enough.</summary>
    internal static IDumpReader? Recognise(DumpText text, IEnumerable<IDumpReader> readers)
    {
        // Prose that mentions a route is no table of routes.
        const int Enough = 15;
        IDumpReader? reader = null;
        var sure = Enough - 1;
        foreach (var candidate in readers)
        {
            if (candidate.Surest <= sure)
                continue;
            var score = candidate.Recognise(text);
            if (score > sure)
                (reader, sure) = (candidate, score);
        }

        return reader;
    }
}
