using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Reports;

/// <summary>What <c>inspect-bundle</c> prints for people: namespaces with their dumps and captures, then what is missing.</summary>
public static class InspectionText
{
    /// <summary>Files of a collector that were left aside are counted, not listed; problems are listed up to this many.</summary>
    private const int MaxListed = 50;

    public static IEnumerable<string> Lines(BundleInspection inspection)
    {
        var bundle = inspection.Bundle;
        yield return $"{Safe(bundle.Name)}: {bundle.Dumps.Count} dumps and {bundle.Captures.Count} captures of {inspection.Network.Namespaces.Count} namespaces, in {bundle.Items.Count} files";
        foreach (var c in bundle.Collectors)
            yield return $"  {c.Layout} in {(c.Folder.Length == 0 ? "the whole bundle" : Safe(c.Folder))}: node {Safe(c.Node)}, from {Safe(c.Why)}";
        foreach (var ns in inspection.Network.Namespaces)
        {
            foreach (var line in Namespace(inspection, ns))
                yield return line;
        }

        var aside = bundle.Items.Count(i => i.Role == BundleRole.NotNeeded);
        if (aside > 0)
            yield return $"\n{aside} files say nothing about the network and were not read (--format json lists them)";
        if (bundle.Problems.Count > 0)
            yield return "\nNot read, or not whole";
        foreach (var p in bundle.Problems.Take(MaxListed))
            yield return $"  {Safe(p.ToString())}";
        if (bundle.Problems.Count > MaxListed)
            yield return $"  and {bundle.Problems.Count - MaxListed} more (--format json lists them)";
        yield return inspection.Missing.Count == 0 ? "\nNothing is missing." : "\nMissing for a full answer";
        foreach (var m in inspection.Missing)
            yield return $"  {Safe(m.Namespace.Length == 0 ? "bundle" : m.Namespace)}: {m.What}: {Safe(m.Why)} — {Safe(m.Command)}";
    }

    private static IEnumerable<string> Namespace(BundleInspection inspection, NetworkNamespace ns)
    {
        yield return $"\n{Safe(ns.Name)}{(ns.IsNode ? "" : $" on {Safe(ns.Node.Name)}")}";
        foreach (var item in inspection.Bundle.Items.Where(i => i.Namespace == ns.Name && i.Role == BundleRole.Dump))
            yield return $"  {Safe(item.File),-44} {(item.Kinds.Count == 0 ? "not recognised" : string.Join(" + ", item.Kinds))}, {Safe(item.Why)}";
        var why = inspection.Bundle.Items.Where(i => i.Role == BundleRole.Capture).ToDictionary(i => i.File, i => i.Why, StringComparer.Ordinal);
        foreach (var p in inspection.CapturePoints.Where(p => p.Namespace == ns.Name))
            yield return $"  {Safe(p.File),-44} capture on {Safe(p.Interface)}, {(p.IsCertain ? "" : "not certain: ")}{Safe(p.Reason)}; namespace from {Safe(why.GetValueOrDefault(p.File, "its folder"))}";
    }

    private static string Safe(string text) => Printable.Text(text);
}
