namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary>All collectors whose archives are known.</summary>
internal static class LayoutCatalogue
{
    /// <summary>A new collector is a new file and a line here.</summary>
    public static IReadOnlyList<IBundleLayout> All { get; } =
    [
        new PcappathCollect(),
        new SosReport(),
        new RetinaCapture(),
        new EksLogCollector(),
        new RancherLogs(),
        new CiliumBugtool(),
        new AntreaBundle(),
        new CalicoClusterDiags(),
        new CalicoNodeDiags(),
        new TroubleshootSh(),
        new MustGather(),
    ];
}
