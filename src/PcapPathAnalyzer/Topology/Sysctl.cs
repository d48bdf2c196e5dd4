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
}
