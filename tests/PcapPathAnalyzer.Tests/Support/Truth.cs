using Newtonsoft.Json.Linq;

namespace PcapPathAnalyzer.Tests.Support;

/// <summary>What the applications and the kernel said while a bundle was made: see testdata/README.md.</summary>
internal sealed record TruthFlow(string Token, string Client, (string Address, int Port)? ClientAddress, string To, string Outcome, TruthServer? Server, IReadOnlyList<TruthObservation> Observations)
{
    public string RequestedAddress => To[..To.LastIndexOf(':')].Trim('[', ']');

    public int RequestedPort => int.Parse(To[(To.LastIndexOf(':') + 1)..]);
}

internal sealed record TruthServer(string Pod, (string Address, int Port) Local, (string Address, int Port) Peer);

internal sealed record TruthObservation(bool IsReply, string File, long Frame, int IpId);

internal static class Truth
{
    public static IReadOnlyList<TruthFlow> Read(string bundle)
    {
        var json = JObject.Parse(File.ReadAllText(Path.Combine(TestData.Folder, "bundles", bundle, "truth", "truth.json")));
        return [.. json["flows"]!.Select(f => new TruthFlow(
            (string)f["token"]!,
            (string)f["client"]!,
            f["client_addr"] is JArray a ? Endpoint(a) : null,
            (string)f["to"]!,
            (string)f["outcome"]!,
            f["server"] is JObject s ? new TruthServer((string)s["pod"]!, Endpoint(s["local"]!), Endpoint(s["peer"]!)) : null,
            [.. f["observations"]!.Select(o => new TruthObservation((string)o["dir"]! == "reply", (string)o["file"]!, (long)o["frame"]!, (int?)o["ipid"] ?? 0))]))];
    }

    /// <summary>The DNAT rule that the kernel's trace names, by client endpoint and requested address.</summary>
    public static IReadOnlyDictionary<(string Client, int Port, string Requested), string> KernelDnat(string bundle)
    {
        var rules = new Dictionary<(string, int, string), string>();
        foreach (var file in Directory.GetFiles(Path.Combine(TestData.Folder, "bundles", bundle, "truth"), "trace-*.txt"))
        {
            (string, int, string)? current = null;
            foreach (var line in File.ReadLines(file))
            {
                var packet = System.Text.RegularExpressions.Regex.Match(line, @"SRC=(\S+) DST=(\S+) .*?SPORT=(\d+) DPORT=(\d+)");
                if (packet.Success)
                    current = (packet.Groups[1].Value, int.Parse(packet.Groups[3].Value), packet.Groups[2].Value);
                var rule = System.Text.RegularExpressions.Regex.Match(line, @"(-A KUBE-SEP-\S+ .*-j DNAT --to-destination \S+)");
                if (rule.Success && current is { } key)
                    rules.TryAdd(key, rule.Groups[1].Value.Trim());
            }
        }

        return rules;
    }

    private static (string, int) Endpoint(JToken pair) => ((string)pair[0]!, (int)pair[1]!);
}
