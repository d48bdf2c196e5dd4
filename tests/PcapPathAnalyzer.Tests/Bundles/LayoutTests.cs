using System.Globalization;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Bundles;

/// <summary>The archives of collectors, made of a plain bundle's files under the collectors' own paths: the analysis is the plain one's.</summary>
public sealed class LayoutTests
{
    private static readonly string[] BundleNames = ["service", "egress-masquerade", "policy-drop"];

    /// <summary>Per collector: where its archive has each dump of a node; {0} is the node.</summary>
    private static readonly Dictionary<string, (string Root, string Archive, Dictionary<string, string> Node, Dictionary<string, string> Pod)> Collectors = new()
    {
        ["sos report"] = ("sosreport-{0}-2026-08-21-abcdefg", ".tar.gz", new()
        {
            ["ip-addr.txt"] = "sos_commands/networking/ip_-d_address",
            ["ip-d-link.txt"] = "sos_commands/networking/ip_-s_-d_link",
            ["ip-route.txt"] = "sos_commands/networking/ip_route_show_table_all",
            ["ip-rule.txt"] = "sos_commands/networking/ip_-4_rule_list",
            ["ip-neigh.txt"] = "sos_commands/networking/ip_-s_-s_neigh_show",
            ["bridge-fdb.txt"] = "sos_commands/networking/bridge_-s_-s_-d_-t_fdb_show",
            ["ss.txt"] = "sos_commands/networking/ss_-peaonmi",
            ["conntrack.txt"] = "sos_commands/conntrack/conntrack_-L_-o_extended",
        }, new()
        {
            ["ip-addr.txt"] = "sos_commands/networking/namespaces/{1}/ip_netns_exec_{1}_ip_-d_address_show",
            ["ip-route.txt"] = "sos_commands/networking/namespaces/{1}/ip_netns_exec_{1}_ip_route_show_table_all",
            ["ip-neigh.txt"] = "sos_commands/networking/namespaces/{1}/ip_netns_exec_{1}_ip_-s_-s_neigh_show",
            ["iptables-save.txt"] = "sos_commands/networking/namespaces/{1}/ip_netns_exec_{1}_iptables-save",
            ["ss.txt"] = "sos_commands/networking/namespaces/{1}/ip_netns_exec_{1}_ss_-peaonmi",
        }),
        ["sos report, older"] = ("sosreport-{0}-2023-01-02-abcdefg", ".tar.gz", new()
        {
            ["ip-addr.txt"] = "sos_commands/networking/ip_-d_address",
            ["ip-d-link.txt"] = "sos_commands/networking/ip_-s_-d_link",
            ["ip-route.txt"] = "sos_commands/networking/ip_route_show_table_all",
            ["ip-neigh.txt"] = "sos_commands/networking/ip_-s_-s_neigh_show",
        }, new()
        {
            ["ip-addr.txt"] = "sos_commands/networking/ip_netns_exec_{1}_ip_address_show",
            ["ip-route.txt"] = "sos_commands/networking/ip_netns_exec_{1}_ip_route_show_table_all",
            ["iptables-save.txt"] = "sos_commands/networking/ip_netns_exec_{1}_iptables-save",
        }),
        ["EKS log collector"] = ("eks_{0}_2026-08-21_1015-UTC_0.7.8", ".tar.gz", new()
        {
            ["iptables-save.txt"] = "networking/iptables-save.txt",
            ["ip-route.txt"] = "networking/iproute.txt",
            ["ip-rule.txt"] = "networking/iprule.txt",
            ["conntrack.txt"] = "networking/conntrack.txt",
        }, []),
        ["Rancher logs collector"] = ("{0}-2026-08-21_10_15_00", ".tar.gz", new()
        {
            ["iptables-save.txt"] = "networking/iptablessave",
            ["ip-addr.txt"] = "networking/ipaddrshow",
            ["ip-d-link.txt"] = "networking/iplinkshow",
            ["ip-route.txt"] = "networking/iproute",
            ["ip-rule.txt"] = "networking/iprule",
            ["ip-neigh.txt"] = "networking/ipneighbour",
            ["ss.txt"] = "networking/ssanp",
        }, []),
        ["cilium-bugtool"] = ("cilium-bugtool-20260821-101500.000+0000-UTC-{0}", ".tar", new()
        {
            ["ip-addr.txt"] = "cmd/ip-a.md",
            ["ip-d-link.txt"] = "cmd/ip--d--s-l.md",
            ["ip-route.txt"] = "cmd/ip--4-r.md",
            ["ip-rule.txt"] = "cmd/ip-rule.md",
            ["ip-neigh.txt"] = "cmd/ip--4-n.md",
            ["iptables-save.txt"] = "cmd/iptables-save--c.md",
        }, []),
        ["Antrea support bundle"] = ("agent_{0}", ".tar.gz", new()
        {
            ["ip-addr.txt"] = "address",
            ["ip-d-link.txt"] = "link",
            ["ip-route.txt"] = "route-table-all",
            ["ip-rule.txt"] = "rule",
            ["iptables-save.txt"] = "iptables",
        }, []),
        ["calicoctl cluster diags"] = ("nodes/{0}", "", new()
        {
            ["ip-addr.txt"] = "ip-addr.txt",
            ["ip-d-link.txt"] = "ip-link.txt",
            ["ip-route.txt"] = "ip-route.txt",
            ["ip-rule.txt"] = "ip-rule.txt",
            ["ip-neigh.txt"] = "ip-neigh.txt",
            ["iptables-save.txt"] = "iptables-nft-save.txt",
            ["conntrack.txt"] = "conntrack-list.txt",
        }, []),
        ["calicoctl node diags"] = ("diags-{0}", ".tar.gz", new()
        {
            ["ip-addr.txt"] = "diagnostics/ipv4_addr",
            ["ip-route.txt"] = "diagnostics/ipv4_route",
            ["iptables-save.txt"] = "diagnostics/ipv4_tables",
            ["ss.txt"] = "diagnostics/ss",
        }, []),
        ["troubleshoot.sh support bundle"] = ("support-bundle-2026-08-21T10_15_0{0}", ".tar.gz", new()
        {
            ["ip-addr.txt"] = "host-collectors/run-host/{0}/ip-addr.txt",
            ["ip-route.txt"] = "host-collectors/run-host/{0}/routes.txt",
            ["iptables-save.txt"] = "host-collectors/run-host/{0}/iptables.txt",
            ["conntrack.txt"] = "host-collectors/run-host/{0}/conntrack.txt",
        }, []),
        ["loose files"] = ("", "", new()
        {
            ["ip-addr.txt"] = "{0}_ip_addr.txt",
            ["ip-d-link.txt"] = "{0}_ip_-d_link.txt",
            ["ip-route.txt"] = "{0}_ip_route.txt",
            ["ip-neigh.txt"] = "{0}.ip-neigh",
            ["iptables-save.txt"] = "{0}-iptables-save.txt",
            ["conntrack.txt"] = "{0}_conntrack.log",
            ["bridge-fdb.txt"] = "{0}_bridge_fdb_show",
        }, new()
        {
            ["ip-addr.txt"] = "{1}_ip_a",
            ["ip-route.txt"] = "{1}_ip_r.txt",
        }),
    };

    private static IEnumerable<TestCaseData> Cases() => Collectors.Keys.SelectMany(c => BundleNames.Select(b => new TestCaseData(c, b)));

    [TestCaseSource(nameof(Cases))]
    public void A_collectors_archives_are_analyzed_like_the_plain_bundle(string collector, string bundle)
    {
        using var folder = new TemporaryFolder();
        var (root, extension, nodeFiles, podFiles) = Collectors[collector];
        var source = TestData.Bundle(bundle);
        foreach (var node in Directory.GetDirectories(source).Select(d => Path.GetFileName(d)!).Where(n => n.StartsWith("node", StringComparison.Ordinal)))
        {
            var run = folder[$"run/{string.Format(CultureInfo.InvariantCulture, root, node)}"];
            Directory.CreateDirectory(run);
            Put(folder, Path.Combine(source, node), run, node, "", node, nodeFiles);
            if (extension == ".tar.gz" || extension == ".tar")
                File.WriteAllText(Path.Combine(run, "hostname"), node + "\n");
            if (podFiles.Count > 0)
            {
                foreach (var pod in Directory.GetDirectories(Path.Combine(source, node, "pods")).Select(d => Path.GetFileName(d)!))
                    Put(folder, Path.Combine(source, node, "pods", pod), run, node, pod, root.Length == 0 ? pod : $"{node}/{pod}", podFiles);
            }

            if (extension.Length > 0)
                Pack(run, folder[$"collected/{Path.GetFileName(run)}{extension}"]);
            else
                ArchiveMaker.Copy(folder["run"], folder["collected"]);
        }

        Directory.CreateDirectory(folder["collected/must-gather/x/namespaces"]);
        using var collected = BundleReader.Read(folder["collected"]);
        if (collector != "loose files")
            Assert.That(collected.Collectors.Select(c => c.Layout), Is.Not.Empty.And.All.EqualTo(collector.Split(',')[0]));
        AssertSame(collected, folder["plain"]);
    }

    // The layout's file, the plain bundle's copy of it, and the captures beside the archives.
    private static void Put(TemporaryFolder folder, string source, string run, string node, string pod, string plainNamespace, Dictionary<string, string> map)
    {
        foreach (var (plain, path) in map)
        {
            var from = Path.Combine(source, plain);
            if (!File.Exists(from) || new FileInfo(from).Length == 0)
                continue;
            Copy(from, Path.Combine(run, string.Format(CultureInfo.InvariantCulture, path, node, pod)));
            Copy(from, folder[$"plain/{plainNamespace}/{plain}"]);
        }

        foreach (var capture in Directory.GetFiles(source, "*.pcap"))
        {
            Copy(capture, folder[$"collected/{(pod.Length > 0 ? pod : node)}-{Path.GetFileName(capture)}"]);
            Copy(capture, folder[$"plain/{plainNamespace}/{Path.GetFileName(capture)}"]);
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to, overwrite: true);
    }

    private static void Pack(string run, string archive)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(archive)!);
        if (archive.EndsWith(".gz", StringComparison.Ordinal))
            ArchiveMaker.TarGz(run, archive, "./");
        else
            ArchiveMaker.Tar(run, archive, Path.GetFileName(run) + "/");
    }

    private static void AssertSame(Bundle collected, string plainFolder)
    {
        using var plain = BundleReader.Read(plainFolder);
        foreach (var (table, left) in new[] { ("flows.csv", Array.Empty<string>()), ("hops.csv", ["file", "last_file", "rule_file", "snat_rule_file"]), ("findings.csv", ["file", "evidence", "message"]) })
        {
            var expected = Rows(plain, table, left);
            Assert.That(expected, table == "findings.csv" ? Is.Not.Null : Is.Not.Empty, table);
            Assert.That(Rows(collected, table, left), Is.EquivalentTo(expected), table);
        }
    }

    private static List<string> Rows(Bundle bundle, string table, string[] left)
    {
        using var folder = new TemporaryFolder();
        new CsvReport().Write(PathAnalyzer.Analyze(bundle), folder.Path);
        return [.. CsvRows.Of(folder[table]).Select(r => string.Join('|', r.Where(f => !left.Contains(f.Key)).Select(f => $"{f.Key}={f.Value}")))];
    }
}
