using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Stitching;

public sealed class DeterminismTests
{
    [Test]
    public async Task The_same_bundle_gives_the_same_bytes_on_any_number_of_processors()
    {
        var root = ScratchFolder.Create("determinism");
        try
        {
            foreach (var processors in new[] { 1, 2, 8 })
            {
                var result = await CommandLine.RunOnAsync(processors, "analyze", TestData.Bundle("nodeport"), "--out", Path.Combine(root, $"{processors}"), "--packets");
                Assert.That(result.ExitCode, Is.Zero, result.Errors);
            }

            var files = Directory.GetFiles(Path.Combine(root, "1")).Select(f => Path.GetFileName(f)!).ToList();
            Assert.That(files, Does.Contain("packets.csv").And.Contain("analysis.json"));
            foreach (var file in files)
            {
                var one = await File.ReadAllBytesAsync(Path.Combine(root, "1", file));
                Assert.That(await File.ReadAllBytesAsync(Path.Combine(root, "2", file)), Is.EqualTo(one), file);
                Assert.That(await File.ReadAllBytesAsync(Path.Combine(root, "8", file)), Is.EqualTo(one), file);
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
