using System.Diagnostics;

namespace PcapPathAnalyzer.Tests.Forwarding.Nftables;

/// <summary>
/// A client, a router and a server of this machine's kernel, in namespaces of their own that are gone afterwards: rulesets are loaded on the router one
/// after the other, the client sends through it, and the kernel's trace says which rules each packet met. Skips the test where that cannot be done.
/// </summary>
internal static class NftKernelRun
{
    private const string Script = """
        set -e
        c=$1-c r=$1-r s=$1-s d=$2
        command -v nft >/dev/null && command -v bash >/dev/null || { echo "nft or bash is not installed" >&2; exit 77; }
        m=
        trap 'kill $m 2>/dev/null || true; for n in $c $r $s; do ip netns del $n 2>/dev/null || true; done' EXIT
        for n in $c $r $s; do ip netns add $n || exit 77; ip -n $n link set lo up; done
        ip link add edge netns $r type veth peer name eth0 netns $c || exit 77
        ip link add core netns $r type veth peer name eth0 netns $s
        for i in 2 3 4 5; do ip -n $c addr add 10.1.0.$i/24 dev eth0; done
        for i in 2 3 4 5 6; do ip -n $s addr add 10.2.0.$i/24 dev eth0; done
        ip -n $r addr add 10.1.0.1/24 dev edge; ip -n $r addr add 10.2.0.1/24 dev core
        ip -n $c link set eth0 up; ip -n $s link set eth0 up; ip -n $r link set edge up; ip -n $r link set core up
        for i in 2 3 4 5; do ip -n $c route add 10.2.0.$i via 10.1.0.1 src 10.1.0.$i; done
        ip -n $s route add default via 10.2.0.1
        ip netns exec $r sysctl -qw net.ipv4.ip_forward=1
        for cmd in "ip addr" "ip -d link" "ip route"; do echo "@@@ $cmd"; ip netns exec $r $cmd; done
        echo "@@@ sysctl"; echo "net.ipv4.ip_forward = 1"
        ip netns exec $r nft -f - <<'TRACE' || exit 77
        table ip tracing {
          chain pre {
            type filter hook prerouting priority -400
            iifname "edge" meta nftrace set 1
          }
        }

        TRACE
        ip netns exec $r nft monitor trace > $d/trace & m=$!
        sleep 0.5
        for f in $d/*.nft; do
          ip netns exec $r nft -f $f
          echo "@@@ $f"; ip netns exec $r nft -a list ruleset
          ip netns exec $c bash -c 'for t in 10.2.0.2/80 10.2.0.3/443 10.2.0.4/443 10.2.0.5/80 10.2.0.5/443 10.2.0.4/8080; do (: > /dev/tcp/$t) 2>/dev/null & done
            for t in 10.2.0.2/80 10.2.0.3/53 10.2.0.4/53; do echo > /dev/udp/$t; done; sleep 0.3; kill $(jobs -p)' 2>/dev/null || true
          for t in ip inet; do ip netns exec $r nft delete table $t $(basename $f .nft)$t; done
        done
        sleep 0.5
        kill $m; wait $m 2>/dev/null || true
        echo "@@@ trace"; cat $d/trace
        """;

    /// <summary>What the router's dumps say, by command, and by name the ruleset's as it was listed; and under <c>trace</c> what the kernel traced.</summary>
    public static IReadOnlyDictionary<string, string> Run(IReadOnlyDictionary<string, string> rulesets)
    {
        var folder = Directory.CreateTempSubdirectory("pcappath-nft-");
        try
        {
            foreach (var (name, text) in rulesets)
                File.WriteAllText(Path.Combine(folder.FullName, $"{name}.nft"), text);
            var start = new ProcessStartInfo("sh", ["-c", Script, "sh", $"pp{Guid.NewGuid():N}"[..12], folder.FullName]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 77)
                Assert.Ignore($"no network namespaces with nft can be made: {error.Result.Trim()}");
            Assert.That(process.ExitCode, Is.Zero, error.Result);
            return output.Split("@@@ ", StringSplitOptions.RemoveEmptyEntries)
                .ToDictionary(static p => Path.GetFileNameWithoutExtension(p[..p.IndexOf('\n', StringComparison.Ordinal)]), static p => p[(p.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
