using System.Collections.Frozen;

namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>Ports by the names that ss and netstat print without <c>-n</c> (IANA service names, as /etc/services has them).</summary>
internal static class ServiceNames
{
    private static readonly FrozenDictionary<string, int> Ports = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["ftp"] = 21, ["ssh"] = 22, ["telnet"] = 23, ["smtp"] = 25, ["domain"] = 53, ["bootps"] = 67, ["bootpc"] = 68, ["tftp"] = 69, ["http"] = 80, ["kerberos"] = 88,
        ["pop3"] = 110, ["sunrpc"] = 111, ["auth"] = 113, ["ntp"] = 123, ["netbios-ns"] = 137, ["netbios-dgm"] = 138, ["netbios-ssn"] = 139, ["imap"] = 143, ["imap2"] = 143,
        ["snmp"] = 161, ["snmptrap"] = 162, ["bgp"] = 179, ["ldap"] = 389, ["https"] = 443, ["microsoft-ds"] = 445, ["submissions"] = 465, ["isakmp"] = 500, ["syslog"] = 514, ["shell"] = 514,
        ["printer"] = 515, ["dhcpv6-client"] = 546, ["dhcpv6-server"] = 547, ["submission"] = 587, ["ipp"] = 631, ["ldaps"] = 636, ["domain-s"] = 853, ["rsync"] = 873,
        ["imaps"] = 993, ["pop3s"] = 995, ["socks"] = 1080, ["openvpn"] = 1194, ["ms-sql-s"] = 1433, ["radius"] = 1812, ["radius-acct"] = 1813, ["nfs"] = 2049,
        ["etcd-client"] = 2379, ["etcd-server"] = 2380, ["mysql"] = 3306, ["ms-wbt-server"] = 3389, ["svn"] = 3690, ["epmd"] = 4369, ["ipsec-nat-t"] = 4500, ["vxlan"] = 4789,
        ["sip"] = 5060, ["sips"] = 5061, ["mdns"] = 5353, ["postgresql"] = 5432, ["hostmon"] = 5355, ["llmnr"] = 5355, ["amqps"] = 5671, ["amqp"] = 5672, ["vnc"] = 5900, ["geneve"] = 6081,
        ["x11"] = 6000, ["redis"] = 6379, ["sun-sr-https"] = 6443, ["webcache"] = 8080, ["http-alt"] = 8080, ["https-alt"] = 8443, ["memcache"] = 11211, ["mongodb"] = 27017,
        ["docker"] = 2375, ["docker-s"] = 2376, ["zabbix-agent"] = 10050, ["zabbix-trapper"] = 10051, ["otv"] = 8472, ["iscsi-target"] = 3260, ["bfd-control"] = 3784,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>0 where the name is not known.</summary>
    public static int Port(ReadOnlySpan<char> name) => Ports.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var port) ? port : 0;
}
