using System.CommandLine;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Reports;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath services BUNDLE</c>: every service that the rules know, with its endpoints, per node.</summary>
internal static class ServicesCommand
{
    public static Command Create()
    {
        var bundle = new Argument<string>("BUNDLE") { Description = "The support bundle; captures in it are not read" };
        var format = new Option<string>("--format") { Description = "text or json", DefaultValueFactory = static _ => "text", HelpName = "FORMAT" };
        var command = new Command("services", "Every service that iptables, nftables, IP sets or IPVS know: addresses, node ports, endpoints, and where nodes disagree") { bundle, format };
        command.SetAction(parsed => Run(parsed.GetValue(bundle)!, parsed.GetValue(format)!));
        return command.WithExamples(
            "pcappath services bundle/",
            "pcappath services bundle/ --format json");
    }

    private static int Run(string path, string format)
    {
        if (format is not ("text" or "json"))
            return Shell.Refuse($"--format: '{format}' is none of text, json");
        using var bundle = BundleReader.Read(path);
        var network = PathAnalyzer.BuildNetwork(bundle);
        if (format == "json")
            Terminal.Print(writer => ServicesJson.Write(writer, bundle.Name, network));
        else
            Terminal.Write(ServicesText.Lines(network, new TextStyle(Terminal.HasColour)));
        return Shell.Done;
    }
}
