namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary>
/// <c>oc adm must-gather</c> of OpenShift (openshift/must-gather): API objects, logs and OVN databases, no state of a node's
/// kernel. Known so that its thousands of files are not taken for broken dumps; sos reports and captures beside them count.
/// </summary>
internal sealed class MustGather : IBundleLayout
{
    public string Name => "OpenShift must-gather";

    public string? RootOf(string path) => LayoutPaths.Before(path, "network_logs/", "cluster-scoped-resources/", "host_service_logs/");

    public LayoutPlace Place(string relative) => LayoutPlace.Other;

    public string? NodeOf(string rootName) => null;
}
