namespace PcapPathAnalyzer.Dumps.Iptables;

/// <summary>What the EKS log collector writes below a list of rules: a line of <c>=</c>, and <c>Total Number of Rules: N</c> (awslabs/amazon-eks-ami, eks-log-collector.sh).</summary>
internal static class CollectorFooter
{
    public static bool Is(ReadOnlySpan<char> line) => line.StartsWith("Total Number of Rules:") || (line.Length > 3 && line.Trim('=').IsEmpty);
}
