using System.Text.RegularExpressions;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests;

/// <summary>The floors of src/ARCHITECTURE.md, held against the code.</summary>
public sealed partial class FloorTests
{
    private static readonly string Library = Path.Combine(TestData.Root, "src", "PcapPathAnalyzer");

    [Test]
    public void A_floor_uses_only_floors_below_it()
    {
        var floors = Floors();
        Assert.Multiple(() =>
        {
            foreach (var (floor, number) in floors)
            {
                foreach (var file in Directory.GetFiles(Path.Combine(Library, floor), "*.cs", SearchOption.AllDirectories))
                {
                    foreach (Match use in Use().Matches(File.ReadAllText(file)))
                    {
                        var other = use.Groups[1].Value;
                        if (other != floor && floors.TryGetValue(other, out var below))
                            Assert.That(below, Is.LessThan(number).Or.EqualTo(number).And.EqualTo(0), $"{Path.GetRelativePath(Library, file)} uses {other}");
                    }
                }
            }
        });
    }

    [Test]
    public void Every_folder_of_the_library_is_a_floor_that_ARCHITECTURE_describes()
    {
        var folders = Directory.GetDirectories(Library).Select(d => Path.GetFileName(d)!).Where(d => d is not ("bin" or "obj"));
        Assert.That(folders, Is.EquivalentTo(Floors().Keys));
    }

    private static Dictionary<string, int> Floors() =>
        Row().Matches(File.ReadAllText(Path.Combine(TestData.Root, "src", "ARCHITECTURE.md"))).ToDictionary(m => m.Groups[2].Value, m => int.Parse(m.Groups[1].Value));

    [GeneratedRegex(@"^\| (\d) \| `(\w+)/` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\bPcapPathAnalyzer\.(\w+)")]
    private static partial Regex Use();
}
