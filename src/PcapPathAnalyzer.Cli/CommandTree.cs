using System.CommandLine;
using System.CommandLine.Help;
using PcapPathAnalyzer.Cli.Commands;

namespace PcapPathAnalyzer.Cli;

/// <summary>The whole command line.</summary>
internal static class CommandTree
{
    /// <summary>A new command is a new file and a line here.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("Offline post-mortem of Kubernetes and Linux networking: which way each packet went, what translated it, where it was lost and why.")
        {
            AnalyzeCommand.Create(),
            BatchCommand.Create(),
            CheckCommand.Create(),
            CollectCommand.Create(),
            CompletionCommand.Create(),
            DecodeCommand.Create(),
            DumpCommand.Create(),
            ExplainCommand.Create(),
            ExportCommand.Create(),
            InspectCommand.Create(),
            InspectBundleCommand.Create(),
            MergeCommand.Create(),
            ServicesCommand.Create(),
            TraceCommand.Create(),
            VscodeTaskCommand.Create(),
            Talk.Quiet,
            Talk.Verbose,
        };
        root.WithExamples(
            "pcappath analyze bundle/",
            "pcappath analyze bundle.tar.gz --out report/",
            "pcappath check bundle/");
        root.Options.OfType<HelpOption>().Single().Action = new HelpWithExamples();
        return root;
    }
}
