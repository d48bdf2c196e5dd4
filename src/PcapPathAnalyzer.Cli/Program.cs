using System.CommandLine;
using PcapPathAnalyzer.Cli;
using PcapPathAnalyzer.Cli.Commands;

// A new command is a new file and a line here.
var root = new RootCommand("Offline post-mortem of Kubernetes and Linux networking: which way each packet went, what translated it, where it was lost and why.")
{
    AnalyzeCommand.Create(),
    BatchCommand.Create(),
    CheckCommand.Create(),
    CollectCommand.Create(),
    DecodeCommand.Create(),
    DumpCommand.Create(),
    ExplainCommand.Create(),
    ExportCommand.Create(),
    InspectCommand.Create(),
    InspectBundleCommand.Create(),
    MergeCommand.Create(),
    TraceCommand.Create(),
};
return Shell.Run(root, args);
