namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>Ports by the names of services(5) and IANA, which hand-written rules use, and ss, netstat and listings print without <c>-n</c>.</summary>
internal static class ServiceNames
{
    private const string Table = """
        tcpmux 1 echo 7 discard 9 systat 11 daytime 13 netstat 15 qotd 17 chargen 19 ftp-data 20 ftp 21 ssh 22 telnet 23 smtp 25 time 37 whois 43 tacacs 49
        domain 53 bootps 67 bootpc 68 tftp 69 gopher 70 finger 79 http 80 www 80 kerberos 88 iso-tsap 102 pop3 110 sunrpc 111 auth 113 ident 113 nntp 119
        ntp 123 epmap 135 netbios-ns 137 netbios-dgm 138 netbios-ssn 139 imap2 143 imap 143 snmp 161 snmp-trap 162 snmptrap 162 cmip-man 163 xdmcp 177 bgp 179
        irc 194 z3950 210 imap3 220 pawserv 345 zserv 346 rpc2portmap 369 codaauth2 370 ldap 389 svrloc 427 https 443 snpp 444 microsoft-ds 445 kpasswd 464
        submissions 465 urd 465 saft 487 isakmp 500 exec 512 login 513 who 513 shell 514 syslog 514 printer 515 talk 517 ntalk 518 route 520 gdomap 538
        uucp 540 klogin 543 kshell 544 dhcpv6-client 546 dhcpv6-server 547 rtsp 554 nntps 563 submission 587 nqs 607 npmp-local 610 ipp 631 ldaps 636
        kerberos-adm 749 domain-s 853 rsync 873 ftps-data 989 ftps 990 telnets 992 imaps 993 pop3s 995 socks 1080 rmiregistry 1099 openvpn 1194 lotusnote 1352
        ms-sql-s 1433 ms-sql-m 1434 ingreslock 1524 datametrics 1645 sa-msg-port 1646 l2tp 1701 l2f 1701 pptp 1723 radius 1812 radius-acct 1813
        cisco-sccp 2000 nfs 2049 gnunet 2086 rtcm-sc104 2101 iprop 2121 docker 2375 docker-s 2376 etcd-client 2379 etcd-server 2380 cvspserver 2401 venus 2430
        mon 2583 zebra 2600 bgpd 2605 f5-globalsite 2792 gpsd 2947 gds-db 3050 icpv2 3130 iscsi-target 3260 mysql 3306 ms-wbt-server 3389 nut 3493 distcc 3632
        daap 3689 svn 3690 bfd-control 3784 suucp 4031 sysrqd 4094 sieve 4190 epmd 4369 remctl 4373 ipsec-nat-t 4500 iax 4569 mtn 4691 vxlan 4789
        radmin-port 4899 sip 5060 sip-tls 5061 sips 5061 xmpp-client 5222 xmpp-server 5269 cfengine 5308 mdns 5353 hostmon 5355 llmnr 5355 postgresql 5432
        freeciv 5556 amqps 5671 amqp 5672 vnc 5900 x11 6000 x11-1 6001 geneve 6081 gnutella-svc 6346 gnutella-rtr 6347 redis 6379 sun-sr-https 6443
        sge-qmaster 6444 ircd 6667 ircs-u 6697 bbs 7000 afs3-fileserver 7000 afs3-callback 7001 afs3-vlserver 7003 font-service 7100 http-alt 8080
        webcache 8080 puppet 8140 http-alt-tls 8443 https-alt 8443 otv 8472 bacula-dir 9101 bacula-fd 9102 bacula-sd 9103 git 9418 xmms2 9667 webmin 10000
        zabbix-agent 10050 zabbix-trapper 10051 amanda 10080 kamanda 10081 amandaidx 10082 memcache 11211 hkp 11371 dcap 22125 gsidcap 22128 wnn6 22273
        binkp 24554 mongodb 27017 asp 27374 csync2 30865 tfido 60177 fido 60179
        """;

    private static readonly Dictionary<string, ushort>.AlternateLookup<ReadOnlySpan<char>> Ports = Make().GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool TryPort(ReadOnlySpan<char> name, out ushort port) => Ports.TryGetValue(name, out port);

    private static Dictionary<string, ushort> Make()
    {
        var words = Table.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        var ports = new Dictionary<string, ushort>();
        for (var i = 0; i + 1 < words.Length; i += 2)
            ports.TryAdd(words[i], ushort.Parse(words[i + 1]));
        return ports;
    }
}
