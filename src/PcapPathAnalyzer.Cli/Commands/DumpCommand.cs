using System.CommandLine;
using System.Text;
using Newtonsoft.Json;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath dump FILE...</c>: a dump as JSON lines.</summary>
internal static class DumpCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Dumps: ip, bridge, ss, conntrack, sysctl, iptables-save and their kind", Arity = ArgumentArity.OneOrMore };
        var check = new Option<bool>("--check") { Description = "Print what was not understood instead of the records" };
        var format = new Option<string>("--format") { Description = "json (an object per line), or iptables-save: the rulesets alone, as iptables-restore reads them", DefaultValueFactory = _ => "json" };
        format.AcceptOnlyFromAmong("json", "iptables-save");
        var command = new Command("dump", "A dump as JSON lines, a record per entry") { files, check, format };
        command.SetAction(parsed => Run(parsed.GetValue(files)!, parsed.GetValue(check), parsed.GetValue(format) == "iptables-save"));
        return command.WithExamples(
            "pcappath dump ip-route.txt",
            "pcappath dump --check node-a/*.txt",
            "pcappath dump iptables-save.txt --format iptables-save");
    }

    private static int Run(string[] files, bool check, bool asRuleset)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 64 * 1024);
        var unusable = false;
        foreach (var file in files)
        {
            try
            {
                using var text = File.OpenText(file);
                var document = DumpReaders.Read(file, text);
                Print(document, check, asRuleset, output);
                unusable |= document.Kinds.Count == 0 && document.Problems.Count > 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"pcappath: {e.Message}");
                unusable = true;
            }
        }

        return unusable ? Shell.Unusable : Shell.Done;
    }

    // Records go to standard output; what was not understood goes to standard error, unless that is what was asked for.
    private static void Print(DumpDocument document, bool check, bool asRuleset, StreamWriter output)
    {
        foreach (var problem in document.Problems)
            (check ? output : Console.Error).WriteLine(problem);
        if (check)
            return;
        if (asRuleset)
        {
            IptablesSaveWriter.Write(document.Records.OfType<IptablesTable>(), output);
            return;
        }

        foreach (var record in document.Records)
        {
            foreach (var entry in DumpJson.Of(record))
                output.WriteLine(entry.ToString(Formatting.None));
        }
    }
}
