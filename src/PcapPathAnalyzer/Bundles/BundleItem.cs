namespace PcapPathAnalyzer.Bundles;

/// <summary>What a file of a bundle is taken for.</summary>
public enum BundleRole
{
    /// <summary>Printed by a command, and read.</summary>
    Dump,

    /// <summary>A packet capture.</summary>
    Capture,

    /// <summary>The bundle's own <c>bundle.json</c>.</summary>
    Manifest,

    /// <summary>A collector's file that says nothing about the network: not read.</summary>
    NotNeeded,

    /// <summary>Neither a capture nor text, or too long: not read.</summary>
    Unreadable,
}

/// <summary>A file of a bundle: what it was taken for, and why.</summary>
/// <param name="File">Name inside the bundle, forward slashes.</param>
/// <param name="Size">Bytes; -1 where only unpacking would tell.</param>
/// <param name="Namespace">The namespace it belongs to; empty for a file that belongs to none.</param>
/// <param name="Why">What the namespace was told from.</param>
/// <param name="Kinds">Kinds of dumps found in it, in the file's order.</param>
public sealed record BundleItem(string File, long Size, BundleRole Role, string Namespace, string Why, IReadOnlyList<string> Kinds);
