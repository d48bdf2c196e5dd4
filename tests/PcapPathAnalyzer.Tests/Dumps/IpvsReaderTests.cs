using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>IPVS tables in every form that ipvsadm and the kernel print (ipvsadm.c; ip_vs_ctl.c).</summary>
public sealed class IpvsReaderTests
{
    private const string Listed = """
        IP Virtual Server version 1.2.1 (size=4096)
        Prot LocalAddress:Port Scheduler Flags
          -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
        TCP  10.96.0.1:443 rr
          -> 172.18.0.2:6443              Masq    1      3          0         
        UDP  10.96.0.10:53 wrr persistent 10800 mask 255.255.255.0
          -> 10.244.0.2:53                Masq    0      0          12        
          -> 10.244.0.3:53                Tunnel  7      2          1K        
        TCP  [fd00::1]:80 rr
          -> [fd00:1::2]:8080             Masq    1      0          0         
        FWM  7 sh (sh-port)
          -> 10.244.0.3:0                 Route   1      0          0         

        """;

    private const string Saved = """
        -A -t 10.96.0.1:443 -s rr
        -a -t 10.96.0.1:443 -r 172.18.0.2:6443 -m -w 1
        -A -u 10.96.0.10:53 -s wrr -p 10800 -M 255.255.255.0
        -a -u 10.96.0.10:53 -r 10.244.0.2:53 -m -w 0
        -a -u 10.96.0.10:53 -r 10.244.0.3:53 -i -w 7 --tun-type ipip
        -A -t [fd00::1]:80 -s rr
        -a -t [fd00::1]:80 -r [fd00:1::2]:8080 -m -w 1
        -A -f 7 -s sh -b sh-port
        -a -f 7 -r 10.244.0.3:0 -g -w 1

        """;

    [Test]
    public void Services_have_their_servers()
    {
        var document = DumpFiles.ReadText(Listed);
        Assert.That(document.Problems, Is.Empty);
        Assert.That(document.Kinds, Is.EqualTo(new[] { "ipvsadm" }));
        var dns = Services(document)[1];
        Assert.Multiple(() =>
        {
            Assert.That((dns.Protocol, dns.Address.ToString(), dns.Port, dns.Scheduler, dns.Persistence), Is.EqualTo(((IpProtocol?)IpProtocol.Udp, "10.96.0.10", 53, "wrr", 10800)));
            Assert.That(dns.Flags, Is.EqualTo(new[] { "mask 255.255.255.0" }));
            Assert.That(dns.Servers.Select(s => (s.Address.ToString(), s.Port, s.Line, s.Forward, s.Weight, s.InactiveConnections)), Is.EqualTo(new[] { ("10.244.0.2", 53, 7, "Masq", 0, 12L), ("10.244.0.3", 53, 8, "Tunnel", 7, 1000L) }));
            Assert.That(Services(document)[3].Mark, Is.EqualTo(7));
        });
    }

    [Test]
    public void A_table_listed_and_saved_has_the_same_services()
    {
        var saved = DumpFiles.ReadText(Saved);
        Assert.That(saved.Problems, Is.Empty);
        Assert.That(Described.Of(saved, "flags"), Is.EqualTo(Described.Of(DumpFiles.ReadText(Listed), "flags", "active_connections", "inactive_connections")));
    }

    [Test]
    public void Counters_in_place_of_weights_leave_those_unknown()
    {
        var document = DumpFiles.ReadText("""
            IP Virtual Server version 1.2.1 (size=4096)
            Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
              -> RemoteAddress:Port
            TCP  10.96.0.1:443                      12     3456K     99      1234     5678
              -> 172.18.0.2:6443                    12     3456K     99      1234     5678

            """);
        Assert.That(document.Problems, Is.Empty);
        var service = Services(document).Single();
        Assert.That((service.Scheduler, service.Servers[0].Weight, service.Servers[0].Forward), Is.EqualTo(((string?)null, -1, (string?)null)));
    }

    [Test]
    public void The_kernel_s_own_table_is_hexadecimal()
    {
        var document = DumpReaders.Read("proc/net/ip_vs", """
            IP Virtual Server version 1.2.1 (size=4096)
            Prot LocalAddress:Port Scheduler Flags
              -> RemoteAddress:Port Forward Weight ActiveConn InActConn
            TCP  0A600001:01BB rr 
              -> AC120002:192B      Masq    1      0          0         

            """);
        Assert.That(document.Problems, Is.Empty);
        var service = Services(document).Single();
        Assert.That((service.Address.ToString(), service.Port, service.Servers[0].Address.ToString(), service.Servers[0].Port), Is.EqualTo(("10.96.0.1", 443, "172.18.0.2", 6443)));
    }

    [Test]
    public void Connections_are_left_to_conntrack()
    {
        var document = DumpFiles.ReadText("IPVS connection entries\npro expire state       source             virtual            destination\nTCP 01:57  ESTABLISHED 10.1.1.1:34000 10.96.0.1:443 172.18.0.2:6443\n");
        Assert.That(document.Problems, Is.Empty);
        Assert.That(document.Records, Is.Empty);
    }

    [TestCase("  -> 172.18.0.2:6443  Masq  heavy  0  0")]
    [TestCase("TCP  somewhere:443 rr")]
    [TestCase("  -> 172.18.0.2  Masq  1  0  0")]
    public void A_line_that_is_none_is_named(string line)
    {
        var lines = Listed.Split('\n').ToList();
        lines.Insert(4, line);
        Assert.That(DumpFiles.ReadText(string.Join('\n', lines)).Problems.Select(p => (p.Code, p.Location.Line)), Is.EqualTo(new[] { ("unknown-ipvsadm", 5) }));
    }

    private static List<IpvsRecord> Services(DumpDocument document) => document.Records.OfType<IpvsRecord>().ToList();
}
