namespace PcapPathAnalyzer.Bundles;

/// <summary>
/// Archive and compression libraries throw whatever comes to hand on damaged or hostile bytes, index errors included.
/// All of that is damage of the input; only what no input causes goes on.
/// </summary>
internal static class Damage
{
    public static bool Is(Exception e) => e is not (OutOfMemoryException or StackOverflowException or OperationCanceledException or ObjectDisposedException);
}
