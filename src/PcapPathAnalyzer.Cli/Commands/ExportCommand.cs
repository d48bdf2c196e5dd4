using System.CommandLine;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath export BUNDLE --flow ID -o F.pcapng</c>: all observations of a flow in one file.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var bundle = new Argument<string>("BUNDLE") { Description = "The support bundle" };
        var flow = new Option<string[]>("--flow") { Description = "A flow by its ID, such as f3; may be given more than once", HelpName = "ID" };
        var finding = new Option<string[]>("--finding") { Description = "All flows that show this finding", HelpName = "CODE" };
        var output = new Option<string>("--output", "-o") { Description = "The pcapng file to write; - for standard output", HelpName = "FILE", Required = true };
        var filter = new Option<string?>("--filter") { Description = "Only frames that this libpcap filter expression matches", HelpName = "BPF" };
        var clocks = new Option<bool>("--original-clocks") { Description = "Times as captured, without correcting the nodes' clocks" };
        var command = new Command("export", "All observations of a flow in one pcapng, an interface per capture point, a comment per packet") { bundle, flow, finding, output, filter, clocks };
        command.SetAction(parsed =>
        {
            var (ids, codes) = (parsed.GetValue(flow) ?? [], parsed.GetValue(finding) ?? []);
            if (ids.Length + codes.Length == 0)
                return Shell.Refuse("export needs --flow ID or --finding CODE");
            using var bpf = parsed.GetValue(filter) is { } expression ? new BpfFilter(expression) : null;
            bpf?.Check();
            var result = BundleArguments.Analyze(parsed.GetValue(bundle)!);
            var export = new FlowExport(result) { OriginalClocks = parsed.GetValue(clocks), Filter = bpf is null ? null : bpf.Matches };
            return Run(export, Pick(result, ids, codes), parsed.GetValue(output)!);
        });
        return command.WithExamples(
            "pcappath export bundle/ --flow f4 -o f4.pcapng",
            "pcappath export bundle/ --finding dropped-by-rule -o - | tshark -r -",
            "pcappath export bundle/ --flow f4 --filter tcp --original-clocks -o f4.pcapng");
    }

    private static int Run(FlowExport export, IReadOnlyCollection<Flow> flows, string output)
    {
        var frames = 0;
        if (output == "-")
            frames = export.Write(flows, Console.OpenStandardOutput());
        else
            OutputFile.WriteBytes(output, stream => frames = export.Write(flows, stream));
        Terminal.Note($"{FlowText.Count(frames, "frame")} of {FlowText.Count(flows.Count, "flow")}");
        return Shell.Done;
    }

    private static IReadOnlyCollection<Flow> Pick(AnalysisResult result, string[] ids, string[] codes)
    {
        var flows = new SortedSet<Flow>(Comparer<Flow>.Create((a, b) => a.Number.CompareTo(b.Number)));
        foreach (var id in ids)
            flows.Add(BundleArguments.Flow(result, id));
        foreach (var code in codes)
        {
            var shown = result.Findings.Where(f => f.Code == code).SelectMany(f => f.Flows).ToList();
            if (shown.Count == 0)
            {
                var there = result.Findings.Where(f => f.Flows.Count > 0).Select(f => f.Code).Distinct().ToList();
                throw new Bundles.BundleException($"--finding {code}: no flow shows it; {(there.Count == 0 ? "no finding of this bundle is about a flow" : $"flows show {string.Join(", ", there)}")}");
            }

            flows.UnionWith(shown);
        }

        return flows;
    }
}
