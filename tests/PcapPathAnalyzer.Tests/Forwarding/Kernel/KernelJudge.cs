using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>Sends a packet, and holds the kernel's trace of it and of its answer against what the walk predicts from the dumps.</summary>
internal sealed class KernelJudge(KernelNetwork kernel, Network network, IReadOnlyCollection<string> traced)
{
    /// <summary>How the step of a rule ends that may have matched or not.</summary>
    public const string Open = " (whether it matches cannot be told, and changes nothing)";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The path whose every matched rule, policy and header is what the kernel traced; the test fails where there is none.</summary>
    public async Task<WalkPath> AgreeAsync(string from, Probe probe)
    {
        var result = Walk.Run(network, new WalkRequest { Namespace = network.Find(from)!, Packet = probe.State });
        if (result.Paths.Any(p => p is { Verdict: Verdict.NoRoute, Answer: not null }))
            await kernel.Refusals.TakeAsync();
        kernel.Forget();
        kernel.Send(from, probe);
        List<Visit> seen;
        WalkPath? agreed = null;
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            seen = [.. kernel.Visits(network).Where(v => v.Chains.Count > 0)];
            // Agreed is what still stands when nothing more has come.
            var fits = result.Paths.FirstOrDefault(p => Agrees(p, seen));
            if (fits is not null && fits == agreed)
                return fits;
            agreed = fits;
            // Programs answer, and neighbours are asked, a little later than the kernel sends.
            if (waited.Elapsed > Patience)
                break;
            await Task.Delay(2);
        }

        throw new DisagreementException($"{from}: {probe.State.Tuple}\n{string.Join("\nor:\n", result.Paths.OrderByDescending(p => Agreement(p, seen)).Take(2).Select(p => $"{p.Verdict}: {p.Reason}\n{Difference(WalkedVisits.Of(p), seen)}"))}");
    }

    /// <summary>All copies of a packet for a group: what each namespace saw is what one of the ways says, and each that has a way saw it.</summary>
    public async Task<IReadOnlyList<WalkPath>> AgreeOnCopiesAsync(string from, Probe probe, IReadOnlyCollection<string> unseen)
    {
        var paths = Walk.Run(network, new WalkRequest { Namespace = network.Find(from)!, Packet = probe.State }).Paths;
        var walked = paths.SelectMany(WalkedVisits.Of).ToLookup(v => v.Namespace);
        kernel.Forget();
        kernel.Send(from, probe);
        await Task.Delay(500);
        var seen = kernel.Visits(network).Where(v => v.Chains.Count > 0).ToLookup(v => v.Namespace);
        foreach (var ns in traced.Where(t => !unseen.Contains(t)))
        {
            if (walked[ns].Any() != seen[ns].Any() || seen[ns].FirstOrDefault(s => !walked[ns].Any(w => Same(w, s))) is not null)
                throw new DisagreementException($"{from}: {probe.State.Tuple}\n kernel:\n{string.Concat(seen[ns])}\n walk:\n{string.Join("\n", walked[ns])}");
        }

        return paths;
    }

    // How many chains agree until one does not.
    private int Agreement(WalkPath path, List<Visit> seen)
    {
        var walked = WalkedVisits.Of(path);
        return traced.Sum(ns => walked.Where(v => v.Namespace == ns).SelectMany(v => v.Chains).Zip(seen.Where(v => v.Namespace == ns).SelectMany(v => v.Chains)).TakeWhile(x => Same(x.First, x.Second)).Count());
    }

    // The first visit of each namespace that differs.
    private string Difference(List<Visit> walked, List<Visit> seen)
    {
        var text = new System.Text.StringBuilder();
        foreach (var ns in traced)
        {
            var ours = walked.Where(v => v.Namespace == ns).ToList();
            var kernels = seen.Where(v => v.Namespace == ns).ToList();
            var i = 0;
            while (i < ours.Count && i < kernels.Count && Same(ours[i], kernels[i]))
                i++;
            if (i == ours.Count && i == kernels.Count)
                continue;
            var (our, theirs) = (i < ours.Count ? ours[i].Chains : [], i < kernels.Count ? kernels[i].Chains : []);
            var agreed = our.Zip(theirs).TakeWhile(x => Same(x.First, x.Second)).Count();
            text.Append($"visit {i + 1} of {ns}, after {agreed} chains that agree\n kernel:{string.Concat(theirs.Skip(agreed).Take(2))}\n walk:{string.Concat(our.Skip(agreed).Take(2))}\n");
        }

        return text.ToString();
    }

    // In each namespace the same visits in the same order. Once the answer has come back, the client's kernel may say more: it knows nothing of the probe.
    private bool Agrees(WalkPath path, List<Visit> seen)
    {
        var walked = WalkedVisits.Of(path);
        foreach (var ns in traced)
        {
            var ours = walked.Where(v => v.Namespace == ns).ToList();
            var kernels = seen.Where(v => v.Namespace == ns).ToList();
            if (kernels.Count < ours.Count || (kernels.Count > ours.Count && path.Reply.Count == 0))
                return false;
            if (!ours.Zip(kernels).All(x => Same(x.First, x.Second)))
                return false;
        }

        return true;
    }

    private static bool Same(Visit ours, Visit kernels) =>
        ours.Chains.Count == kernels.Chains.Count && ours.Chains.Zip(kernels.Chains).All(x => Same(x.First, x.Second));

    private static bool Same(ChainRun ours, ChainRun kernels) => (HeaderText.Agree(kernels.Header, ours.Header) || (ours.CertainHeader is { } certain && HeaderText.Agree(kernels.Header, certain))) && Same(ours.Events, kernels.Events);

    // A rule of which the walk says that dumps cannot tell, and that nothing depends on it, may have matched or not.
    private static bool Same(List<string> ours, List<string> kernels)
    {
        var i = 0;
        foreach (var text in ours)
        {
            var isOpen = text.EndsWith(Open, StringComparison.Ordinal);
            if (i < kernels.Count && kernels[i] == (isOpen ? text[..^Open.Length] : text))
                i++;
            else if (!isOpen)
                return false;
        }

        return i == kernels.Count;
    }
}

/// <summary>The kernel did something else than was predicted.</summary>
internal sealed class DisagreementException(string message) : Exception(message);
