using System.CommandLine;
using System.Globalization;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Reports;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath explain BUNDLE --from X --to Y</c>: the path that the dumps alone predict.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var bundle = new Argument<string>("BUNDLE") { Description = "The support bundle: a folder" };
        var from = new Option<string>("--from") { Description = "Who sends: a namespace of the bundle, or an address", HelpName = "NAMESPACE|IP", Required = true };
        var to = new Option<string>("--to") { Description = "What is asked for: a pod, a service's virtual IP, a node port", HelpName = "IP[:PORT]", Required = true };
        var protocol = new Option<string?>("--proto") { Description = "tcp, udp, icmp, sctp, ... (tcp where there is a port, icmp where there is none)", HelpName = "PROTOCOL" };
        var sport = new Option<int?>("--sport") { Description = "The client's port; any ephemeral one by default", HelpName = "N" };
        var device = new Option<string?>("--in") { Description = "The packet comes from outside, by this interface: IFACE or NAMESPACE:IFACE; --from is then its source address", HelpName = "IFACE" };
        var mark = new Option<string?>("--mark") { Description = "The packet's mark, decimal or 0x…", HelpName = "M" };
        var state = new Option<string?>("--state") { Description = "new (a connection's first packet, the default) or established", HelpName = "STATE" };
        var size = new Option<int>("--size") { Description = "Length of the IP packet in bytes: what a large one would meet", HelpName = "N" };
        var format = new Option<string?>("--format") { Description = "text (default) or json", HelpName = "FORMAT" };
        var command = new Command("explain", "The way a packet takes, and its answer, as the dumps alone predict it; no capture needed") { bundle, from, to, protocol, sport, device, mark, state, size, format };
        command.SetAction(parsed =>
        {
            if (!TryMark(parsed.GetValue(mark), out var value))
                return Shell.Refuse($"--mark: '{parsed.GetValue(mark)}' is no number");
            if (parsed.GetValue(state) is not (null or "new" or "established"))
                return Shell.Refuse($"--state: '{parsed.GetValue(state)}' is none of new, established");
            if (parsed.GetValue(format) is not (null or "text" or "json"))
                return Shell.Refuse($"--format: '{parsed.GetValue(format)}' is none of text, json");
            if (parsed.GetValue(size) is < 0 or > 65535)
                return Shell.Refuse("--size: an IP packet has at most 65535 bytes");
            var question = new Question
            {
                From = parsed.GetValue(from)!,
                To = parsed.GetValue(to)!,
                Protocol = parsed.GetValue(protocol),
                SourcePort = parsed.GetValue(sport),
                In = parsed.GetValue(device),
                Mark = value,
                IsEstablished = parsed.GetValue(state) == "established",
                Size = parsed.GetValue(size),
            };
            return Run(parsed.GetValue(bundle)!, question, parsed.GetValue(format) ?? "text");
        });
        return command.WithExamples(
            "pcappath explain bundle/ --from node-a/pods/client-0 --to 10.96.12.34:80",
            "pcappath explain bundle/ --from 203.0.113.9 --to 192.168.56.11:30080 --in node-a:eth0",
            "pcappath explain bundle/ --from 10.244.0.5 --to 10.244.1.7 --proto icmp --format json");
    }

    private static int Run(string path, Question question, string format)
    {
        var network = PathAnalyzer.BuildNetwork(BundleReader.Read(path));
        if (question.Ask(network, out var error) is not { } request)
            return Shell.Refuse(error);
        var result = Walk.Run(network, request);
        switch (format)
        {
            case "json":
                ExplainJson.Write(Console.Out, question.From, question.To, result);
                Console.Out.WriteLine();
                break;
            default:
                foreach (var line in ExplainText.Lines(result, new TextStyle(Terminal.HasColour)))
                    Console.Out.WriteLine(line);
                break;
        }

        return Shell.Done;
    }

    private static bool TryMark(string? text, out uint mark)
    {
        mark = 0;
        return text is null || (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out mark)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out mark));
    }
}
