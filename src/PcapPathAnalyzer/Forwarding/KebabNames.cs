using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Forwarding;

/// <summary>Names of enumerations as JSON and text print them.</summary>
public static class KebabNames
{
    private static readonly string[] Verdicts = Enum.GetNames<Verdict>().Select(Kebab).ToArray();
    private static readonly string[] Kinds = Enum.GetNames<StepKind>().Select(Kebab).ToArray();

    private static readonly string[] ServiceAddresses = Enum.GetNames<ServiceAddressKind>().Select(Kebab).ToArray();

    public static string Name(this Verdict verdict) => Verdicts[(int)verdict];

    public static string Name(this StepKind kind) => Kinds[(int)kind];

    public static string Name(this ServiceAddressKind kind) => ServiceAddresses[(int)kind];

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? $"{(i == 0 ? "" : "-")}{char.ToLowerInvariant(c)}" : $"{c}"));
}
