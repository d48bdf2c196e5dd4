using System.CommandLine;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Checks;
using PcapPathAnalyzer.Reports;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath check BUNDLE</c>: what is wrong in the dumps themselves.</summary>
internal static class CheckCommand
{
    private static readonly string[] Formats = ["text", "json", "sarif"];

    public static Command Create()
    {
        var bundle = new Argument<string>("BUNDLE") { Description = "The support bundle; captures in it are not read" };
        var format = new Option<string>("--format") { Description = $"One of {string.Join(", ", Formats)}; text is a line per problem, file:line:col: severity code: message", HelpName = "FORMAT", DefaultValueFactory = _ => "text" };
        var failOn = new Option<string?>("--fail-on") { Description = "Exit with 1 when a problem is at least this bad: info, warning or error", HelpName = "SEVERITY" };
        var command = new Command("check", "What is wrong in the dumps themselves, before any packet") { bundle, format, failOn };
        command.SetAction(parsed => Run(parsed.GetValue(bundle)!, parsed.GetValue(format)!, parsed.GetValue(failOn)));
        return command.WithExamples(
            "pcappath check bundle/",
            "pcappath check bundle/ --format json --fail-on warning");
    }

    private static int Run(string path, string format, string? failOn)
    {
        if (!Formats.Contains(format))
            return Shell.Refuse($"--format: '{format}' is none of {string.Join(',', Formats)}");
        if (!FailOn.TryRead(failOn, out var threshold))
            return Shell.Refuse(FailOn.Refusal(failOn));
        var bundle = BundleReader.Read(path);
        var remarks = DumpChecks.Run(PathAnalyzer.BuildNetwork(bundle), bundle.Problems);
        switch (format)
        {
            case "json": CheckReport.WriteJson(bundle.Name, remarks, Console.Out); break;
            case "sarif": CheckSarif.Write(bundle.Name, remarks, Console.Out); break;
            default: CheckReport.WriteText(remarks, Console.Out); break;
        }

        return remarks.Any(r => r.Problem.Severity >= threshold) ? Shell.FindingReached : Shell.Done;
    }
}
