using System.Globalization;
using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Topology;

/// <summary>Kernel parameters of a namespace.</summary>
internal static class Sysctl
{
    /// <summary>The parameter's line and number; null where it was not dumped or is no number.</summary>
    public static (SysctlRecord Record, long Value)? Number(NetworkNamespace ns, string name) =>
        ns.Sysctls.TryGetValue(name, out var record) && long.TryParse(record.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? (record, value) : null;

    /// <summary>A parameter of one device. A dot in the device's name is printed as a slash (sysctl(8)), and by some collectors as it is.</summary>
    public static (SysctlRecord Record, long Value)? OfDevice(NetworkNamespace ns, string family, string device, string key) =>
        Number(ns, $"net.{family}.conf.{device.Replace('.', '/')}.{key}") ?? Number(ns, $"net.{family}.conf.{device}.{key}");

    /// <summary>A parameter of which the larger of <c>all</c> and the device's own holds (IN_DEV_MAXCONF, IN_DEV_ORCONF, include/linux/inetdevice.h); null where neither was dumped.</summary>
    public static (SysctlRecord Record, long Value)? Larger(NetworkNamespace ns, string device, string key)
    {
        var own = OfDevice(ns, "ipv4", device, key);
        var all = OfDevice(ns, "ipv4", "all", key);
        return own is null || all?.Value > own.Value.Value ? all : own;
    }

    /// <summary>The line that makes a device's reverse path filter strict: the larger of <c>all</c> and the device's own holds (Documentation/networking/ip-sysctl.rst). Null where it is not strict, or not dumped.</summary>
    public static SysctlRecord? StrictReversePath(NetworkNamespace ns, string device)
    {
        var own = OfDevice(ns, "ipv4", device, "rp_filter");
        var all = OfDevice(ns, "ipv4", "all", "rp_filter");
        if (own is null || Math.Max(own.Value.Value, all?.Value ?? 0) != 1)
            return null;
        return own.Value.Value == 1 ? own.Value.Record : all!.Value.Record;
    }
}
