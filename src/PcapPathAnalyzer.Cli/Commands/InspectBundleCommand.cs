using System.CommandLine;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Reports;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath inspect-bundle BUNDLE</c>: what is in it, before anything is analyzed.</summary>
internal static class InspectBundleCommand
{
    public static Command Create()
    {
        var bundle = new Argument<string?>("BUNDLE") { Description = "The support bundle: a folder or an archive", Arity = ArgumentArity.ZeroOrOne };
        var format = new Option<string>("--format") { Description = "text or json", DefaultValueFactory = static _ => "text", HelpName = "FORMAT" };
        var schema = new Option<bool>("--schema") { Description = "Print the JSON schema of bundle.json instead" };
        var command = new Command("inspect-bundle", "What was recognised as what, why, and what is missing for a full answer") { bundle, format, schema };
        command.SetAction(parsed => Run(parsed.GetValue(bundle), parsed.GetValue(format)!, parsed.GetValue(schema)));
        return command.WithExamples(
            "pcappath inspect-bundle bundle.tar.gz",
            "pcappath inspect-bundle --schema");
    }

    private static int Run(string? path, string format, bool schema)
    {
        if (schema)
        {
            Console.Out.Write(BundleSchema.Text);
            return Shell.Done;
        }

        if (path is null)
            return Shell.Refuse("inspect-bundle: name a bundle, or ask for --schema");
        if (format is not ("text" or "json"))
            return Shell.Refuse($"--format: '{format}' is none of text, json");
        using var bundle = BundleReader.Read(path);
        var inspection = BundleInspector.Inspect(bundle);
        if (format == "json")
        {
            InspectionJson.Write(inspection, Console.Out);
            return Shell.Done;
        }

        foreach (var line in InspectionText.Lines(inspection))
            Console.Out.WriteLine(line);
        return Shell.Done;
    }
}
