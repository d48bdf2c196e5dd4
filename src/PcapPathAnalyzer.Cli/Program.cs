using PcapPathAnalyzer.Cli;

return Shell.Run(CommandTree.Create(), args);
