using PcapPathAnalyzer.Benchmarks;

// One pass over each capture named, a thread each: what the benchmarks time as a program of its own, under the JIT and as native code.
return DecodePass.Run(args);
