using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

public sealed class CniReaderTests
{
    [Test]
    public void A_configuration_of_one_plugin_says_bridge_MTU_masquerade_and_subnets()
    {
        var cni = (CniRecord)DumpFiles.Read("cni/bridge.conf").Records.Single();
        Assert.That((cni.Name, cni.Version), Is.EqualTo(("mynet", "0.4.0")));
        var plugin = cni.Plugins.Single();
        Assert.That((plugin.Type, plugin.Bridge, plugin.Mtu, plugin.IpMasquerade, plugin.Hairpin, plugin.Ipam), Is.EqualTo(("bridge", "cni0", 1450, true, false, "host-local")));
        Assert.That(plugin.Subnets, Is.EqualTo(new[] { "10.22.0.0/16" }));
    }

    [Test]
    public void A_list_keeps_its_plugins_in_order_and_what_one_delegates()
    {
        var cni = (CniRecord)DumpFiles.Read("cni/10-flannel.conflist").Records.Single();
        Assert.That(cni.Plugins.Select(static p => (p.Type, p.Hairpin)), Is.EqualTo(new[] { ("flannel", true), ("portmap", false) }));
    }

    [Test]
    public void JSON_of_another_kind_is_no_CNI_configuration() =>
        Assert.That(DumpFiles.ReadText("{ \"name\": \"x\", \"plugins\": [ { \"kind\": \"y\" } ] }\n").Records.OfType<CniRecord>(), Is.Empty);
}
