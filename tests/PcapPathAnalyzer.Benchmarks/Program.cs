using BenchmarkDotNet.Running;
using PcapPathAnalyzer.Benchmarks;

if (args is ["stitch", var folder, var flows, var packets])
    return StitchTiming.Run(folder, int.Parse(flows), int.Parse(packets));
if (args is ["dumps", .. var dumps])
    return DumpsTiming.Run(dumps);
if (args is ["analyze", var bundle, .. var choices])
    return AnalyzeTiming.Run(bundle, choices is [var times] ? int.Parse(times) : 5);
if (args is ["growth", var place, var connections, .. var steps])
    return GrowthTable.Run(place, int.Parse(connections), [.. steps.Select(int.Parse)]);
if (args is ["rules", var rules])
    return RulesTiming.Run(int.Parse(rules));
if (args is ["read-rules", var ruleset, var readings])
    return RulesTiming.Read(ruleset, int.Parse(readings));
if (args is ["generate-capture", var target, var count])
    return CaptureGenerator.Run(target, long.Parse(count));
if (args is ["decode", var capture, .. var rounds])
    return DecodeTiming.Run(capture, rounds is [var n] ? int.Parse(n) : 5);
if (args is ["start", .. var starts])
    return StartTiming.Run(starts is [var s] ? int.Parse(s) : 15);
if (args is ["packets", var observed, .. var turns])
    return PacketsTiming.Run(observed, turns is [var t] ? int.Parse(t) : 5);
if (args is ["objects", var whole])
    return ObjectPass.Run(whole);
if (args is ["fuzz", var seconds, .. var files])
    return FuzzRun.Run(int.Parse(seconds), files);
BenchmarkSwitcher.FromAssembly(typeof(DecodeTiming).Assembly).Run(args);
return 0;
