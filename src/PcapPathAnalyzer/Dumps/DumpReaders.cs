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
        new IptablesScaffold(),
        new BridgeLinkReader(),
        new IpAddrReader(),
        new IpBriefReader(),
        new IpRouteReader(),
        new IpRuleReader(),
        new IpNeighReader(),
        new BridgeFdbReader(),
        new IpLinkJson(),
        new IpRouteJson(),
        new IpRuleJson(),
        new IpNeighJson(),
        new BridgeFdbJson(),
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
    ];

    /// <summary>Reads a file's text: splits it at command headings, recognises each part by its content, and reads it.</summary>
    /// <param name="file">Name inside the bundle, forward slashes.</param>
    public static DumpDocument Read(string file, string content)
    {
        var document = new DumpDocument(file);
        foreach (var text in Sections.Of(file, content))
            Read(text, document);
        return document;
    }

    private static void Read(DumpText text, DumpDocument document)
    {
        if (JsonEntries.IsEmpty(text))
            return;
        IDumpReader? reader = null;
        var sure = 0;
        foreach (var candidate in All)
        {
            var score = candidate.Recognise(text);
            if (score > sure)
                (reader, sure) = (candidate, score);
        }

        if (reader is null)
        {
            document.Add(Unknown.Text(text));
            return;
        }

        document.AddKind(reader.Kind);
        var problems = document.Problems.Count;
        reader.Read(text, document);
        if (text.IsCut && document.Problems.Skip(problems).All(p => p.Location.Line != text.At(text.Count - 1).Line))
            document.Add(new Problem(Severity.Info, "unreadable-input", text.At(text.Count - 1), "the last line has no line end: it may be cut short"));
    }
}
