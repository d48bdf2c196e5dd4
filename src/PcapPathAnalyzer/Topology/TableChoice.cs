using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Topology;

/// <summary>
/// One table may be dumped several times: by iptables-save and by <c>iptables -L</c> and <c>-S</c>, before and after. A packet passes it once, so one
/// dump of it is kept, per backend the one that tells most. <c>-S</c> and <c>-L</c> seldom say their backend: such a dump counts only where no other tells of the table.
/// </summary>
internal static class TableChoice
{
    private static readonly string[] Best = ["iptables-save", "iptables-rules", "iptables-list"];

    /// <param name="tables">In the order of the files' names.</param>
    public static List<IptablesTable> Of(IEnumerable<IptablesTable> tables) => tables
        .GroupBy(static t => (t.Name, t.IpVersion))
        .SelectMany(static dumped => Backends([.. dumped]))
        .ToList();

    private static IEnumerable<IptablesTable> Backends(List<IptablesTable> dumped)
    {
        var certain = dumped.Where(static t => t.Backend != IptablesBackend.Unknown || t.DumpKind == Best[0]).ToList();
        return (certain.Count > 0 ? certain : dumped).GroupBy(static t => t.Backend).Select(static same => same.OrderBy(static t => Array.IndexOf(Best, t.DumpKind)).ThenBy(static t => t.IsCut).First());
    }
}
