using System.Buffers.Binary;
using Newtonsoft.Json.Linq;

using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Commands;

/// <summary>Long work shows how far it is on a terminal, and only there: script(1) gives the program a pseudo terminal.</summary>
public sealed class ProgressBarTests
{
    private const int Frames = 168_000;
    private const int FrameLength = 65_535;

    private static readonly Lazy<string> Bundle = new(MakeBundle);

    [Test]
    public void A_terminal_sees_a_bar_with_rate_and_time_left_and_then_the_result_alone()
    {
        var (output, _) = OnTerminal("");
        // The bar is drawn over itself and taken away: its last act is to clear its line and to show the cursor again.
        var bar = output[..output.LastIndexOf("\e[?25h", StringComparison.Ordinal)];
        Assert.That(bar, Does.Contain("reading captures").And.Match(@"\d+(\.\d+)? (MiB|GiB)/s").And.Match(@"\d\d:\d\d:\d\d"));
        Assert.That(bar, Does.EndWith("\e[2K"));
        Assert.That(output[bar.Length..], Does.Contain("0 flows").And.Not.Contain("reading captures"));
    }

    [Test]
    public void A_pipe_gets_the_result_without_a_byte_of_the_bar_that_the_terminal_shows()
    {
        var file = Path.Combine(ScratchFolder.Create("pipe"), "analysis.json");
        var (terminal, _) = OnTerminal($"--format json > '{file}'");
        var text = File.ReadAllText(file);
        Assert.That(text, Does.Not.Contain("\e").And.Not.Contain("reading captures"));
        Assert.That((int?)JObject.Parse(text)["counters"]!["frames"], Is.EqualTo(Frames));
        Assert.That(terminal, Does.Match(@"\d+(\.\d+)? (MiB|GiB)/s"), "standard error is the terminal, and shows it");
        Assert.That(terminal, Does.Not.Contain("\"schema\""));
    }

    [Test]
    public void Quiet_shows_no_bar() => Assert.That(OnTerminal("--quiet").Output, Does.Not.Contain("/s").And.Not.Contain("\e[?25"));

    [Test]
    public void A_batch_says_how_many_are_done_the_rate_and_the_time_left()
    {
        Tool.Require("script");
        var folder = ScratchFolder.Create("batch-progress");
        var (_, output, _) = Tool.Run("", "script", "-qec", $"stty cols 150; dotnet '{Program}' batch '{TestData.Bundle("dns")}' '{TestData.Bundle("service")}' --out '{folder}'", "/dev/null");
        Assert.That(output, Does.Match(@"1/2 bundles, \d+(\.\d)?/s, \d:\d\d:\d\d left").And.Contain("2/2 bundles"));
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "pcappath.dll");

    private static (string Output, int Exit) OnTerminal(string arguments)
    {
        Tool.Require("script");
        var (exit, output, _) = Tool.Run("", "script", "-qec", $"stty cols 150; TERM=xterm NO_COLOR=1 dotnet '{Program}' analyze '{Bundle.Value}' {arguments}", "/dev/null");
        return (output.ReplaceLineEndings("\n"), exit);
    }

    // Eleven gigabytes, more than are read in a moment, and next to nothing on the disk: the frames' content is a hole in the file.
    private static string MakeBundle()
    {
        var folder = ScratchFolder.Create("holes");
        Directory.CreateDirectory(Path.Combine(folder, "node"));
        using var file = File.Create(Path.Combine(folder, "node", "eth0.pcap"));
        file.Write([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0]);
        Span<byte> record = stackalloc byte[16];
        for (var n = 0; n < Frames; n++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(record, 1_700_000_000);
            BinaryPrimitives.WriteInt32LittleEndian(record[4..], n);
            BinaryPrimitives.WriteInt32LittleEndian(record[8..], FrameLength);
            BinaryPrimitives.WriteInt32LittleEndian(record[12..], FrameLength);
            file.Write(record);
            file.Seek(FrameLength, SeekOrigin.Current);
        }

        file.SetLength(file.Position);
        return folder;
    }
}
