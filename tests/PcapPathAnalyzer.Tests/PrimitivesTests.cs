using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests;

public sealed class PrimitivesTests
{
    [TestCase("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1")]
    [TestCase("2001:0db8::0001", "2001:db8::1")]
    [TestCase("::", "::")]
    [TestCase("fe80::", "fe80::")]
    [TestCase("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1")]
    [TestCase("::ffff:10.0.0.1", "::ffff:10.0.0.1")]
    [TestCase("10.244.0.5", "10.244.0.5")]
    public void An_address_is_printed_as_RFC_5952_asks(string text, string canonical) =>
        Assert.That(IpAddress.Parse(text).ToString(), Is.EqualTo(canonical));

    [TestCase("10.1")]
    [TestCase("256.0.0.1")]
    [TestCase("1.2.3.4.5")]
    [TestCase("")]
    [TestCase("fe80::1%eth0")]
    [TestCase("0x0a.0.0.1")]
    public void What_is_no_address_is_refused(string text) => Assert.That(IpAddress.TryParse(text, out _), Is.False);

    [TestCase("10.244.0.0/16", "10.244.9.9", true)]
    [TestCase("10.244.0.0/255.255.0.0", "10.244.9.9", true)]
    [TestCase("10.244.0.0/16", "10.245.0.0", false)]
    [TestCase("0.0.0.0/0", "fd00::1", false)]
    [TestCase("fd00:1::/64", "fd00:1::7", true)]
    [TestCase("::/0", "10.0.0.1", false)]
    public void A_prefix_holds_the_addresses_that_share_its_bits(string prefix, string address, bool holds) =>
        Assert.That(IpPrefix.Parse(prefix).Contains(IpAddress.Parse(address)), Is.EqualTo(holds));

    [Test]
    public void A_timestamp_is_printed_with_nanoseconds_in_UTC()
    {
        Assert.That(Timestamp.FromSeconds(1795430257, 186969001).ToString(), Is.EqualTo("2026-11-23T10:37:37.186969001Z"));
        Assert.That(new Timestamp(-1).ToString(), Is.EqualTo("1969-12-31T23:59:59.999999999Z"));
    }

    [Test]
    public void A_MAC_address_is_read_and_printed_with_colons()
    {
        Assert.That(MacAddress.TryParse("2:42:c0:a8:38:0b", out var mac), Is.True);
        Assert.That(mac.ToString(), Is.EqualTo("02:42:c0:a8:38:0b"));
        Assert.That(MacAddress.TryParse("02:42:c0:a8:38", out _), Is.False);
    }
}
