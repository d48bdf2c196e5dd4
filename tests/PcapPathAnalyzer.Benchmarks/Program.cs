using BenchmarkDotNet.Running;
using PcapPathAnalyzer.Benchmarks;

// Whole programs beside each other are timed by the commands below; any other arguments are BenchmarkDotNet's.
switch (args)
{
    case ["all", var folder, .. var rounds]:
        return AllTimings.Run(folder, Rounds(rounds, 5));
    case ["decode", var capture, .. var rounds]:
        return DecodeTiming.Run(capture, Rounds(rounds, 5));
    case ["objects", var capture]:
        return ObjectPass.Run(capture);
    case ["generate-capture", var capture, var packets]:
        return CaptureGenerator.Run(capture, long.Parse(packets));
    case ["start", .. var rounds]:
        return StartTiming.Run(Rounds(rounds, 15));
    case ["rules", var count]:
        return RulesTiming.Run(int.Parse(count));
    case ["read-rules", var ruleset, var readings]:
        return RulesTiming.Read(ruleset, int.Parse(readings));
    case ["explain", var rules, var flows]:
        return ExplainTiming.Run(int.Parse(rules), int.Parse(flows));
    case ["dumps", .. var dumps]:
        return DumpsTiming.Run(dumps);
    case ["packets", var bundle, .. var rounds]:
        return PacketsTiming.Run(bundle, Rounds(rounds, 5));
    case ["analyze", var bundle, .. var rounds]:
        return AnalyzeTiming.Run(bundle, Rounds(rounds, 5));
    case ["stitch", var bundle, var flows, var packets]:
        return StitchTiming.Run(bundle, int.Parse(flows), int.Parse(packets));
    case ["growth", var folder, var flows, .. var packets]:
        return GrowthTable.Run(folder, int.Parse(flows), [.. packets.Select(int.Parse)]);
    case ["fuzz", var seconds, .. var files]:
        return FuzzRun.Run(int.Parse(seconds), files);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(DecodeTiming).Assembly).Run(args);
        return 0;
}

static int Rounds(string[] arguments, int usual) => arguments is [var rounds] ? int.Parse(rounds) : usual;
