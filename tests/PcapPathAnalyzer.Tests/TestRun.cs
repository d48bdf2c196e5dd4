using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests;

/// <summary>What comes after the last test.</summary>
[SetUpFixture]
public sealed class TestRun
{
    [OneTimeTearDown]
    public void DeleteScratchFolders() => ScratchFolder.End();
}
