using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>What is known of a rule before its words are read. Counters are -1 where the dump does not say.</summary>
/// <param name="IsPartial">See <see cref="IptablesRule.IsPartial"/>.</param>
internal readonly record struct RuleOutline(SourceLocation Location, string Chain, long Packets, long Bytes, bool IsPartial = false);
