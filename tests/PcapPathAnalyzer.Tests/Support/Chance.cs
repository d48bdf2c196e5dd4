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

    /// <summary>How often something is tried: a few times in every run of the tests, ten times as often where a seed was asked for.</summary>
    public static int Trials(int few) => Environment.GetEnvironmentVariable("PCAPPATH_SEED") is null ? few : few * 10;
}
