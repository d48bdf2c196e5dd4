using System.Globalization;

namespace PcapPathAnalyzer.Tests.Support;

/// <summary>Where tests that go by chance begin: the same seed for everybody, or another one to look further (<c>PCAPPATH_SEED=any</c>, or a number).</summary>
internal static class Chance
{
    public static int Seed { get; } = Environment.GetEnvironmentVariable("PCAPPATH_SEED") switch
    {
        "any" => Environment.TickCount & 0xFFFFFF,
        { } given when int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) => seed,
        _ => 1,
    };
}
