namespace PcapPathAnalyzer.Tests.Support;

/// <summary>The bundle policy-drop with names and comments that try to act in, or to mislead about, whatever they are printed to.</summary>
internal static class HostileBundle
{
    /// <summary>What acts, or misleads, in one of: HTML, a terminal, a spreadsheet, Markdown and Mermaid, JSON, a line of problems, the eye.</summary>
    public static readonly string[] Texts =
    [
        "<script>pwned()</script>", "</script><img src=x onerror=pwned()>", "'\"><svg onload=pwned()>", "<!--", "javascript:pwned()",
        "\e[31mred\e[0m", "\e]0;title\a", "\u009b31m", "a\rb", "=cmd|'/c calc'!A1", "+1+1", "@SUM(A1)", "-2+3",
        "](javascript:pwned()) [x](http://evil.example)", "`code` ```", "| a | b |", "@everyone #1 www.evil.example http://evil.example",
        "\"]; click i0 \"javascript:pwned()\"; end", "%%{init: {}}%%", "\\u0022, \"x\": \"", "x:1:1: error fake: not a finding",
        "\u202etxt.exe\u202c", "\u2066isolated\u2069", "\u200bzero\u200fwidth\ufeff",
    ];

    private static readonly Lazy<string> Made = new(Make);

    /// <summary>Made once.</summary>
    public static string Path => Made.Value;

    /// <summary>The namespace that was node-b. Names with control characters are refused by the bundle's reader itself.</summary>
    public static string Node { get; } = "=node-b <img src=x onerror=pwned()> \u202e| `x:1:1: error fake: x";

    private static string Make()
    {
        var folder = ScratchFolder.Create("hostile");
        var source = TestData.Bundle("policy-drop");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var name = System.IO.Path.GetRelativePath(source, file).Replace("node-b", Node, StringComparison.Ordinal);
            var target = System.IO.Path.Combine(folder, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        var rules = System.IO.Path.Combine(folder, Node, "iptables-save.txt");
        // A comment stands in quotes; iptables-save writes a quote inside it with a backslash.
        var comment = string.Join(' ', Texts).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
        File.WriteAllText(rules, File.ReadAllText(rules).Replace("default/deny-client", comment, StringComparison.Ordinal));
        var services = System.IO.Path.Combine(folder, "node-a", "iptables-save.txt");
        File.WriteAllText(services, File.ReadAllText(services).Replace("default/web:http", comment, StringComparison.Ordinal));
        AddNamespaceWithEndlessNames(System.IO.Path.Combine(folder, "endless"));
        return folder;
    }

    private static void AddNamespaceWithEndlessNames(string folder)
    {
        var name = new string('x', 1 << 20);
        Directory.CreateDirectory(folder);
        File.WriteAllText(System.IO.Path.Combine(folder, "ip-addr.txt"), $"""
            2: {name}: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP
                link/ether 02:00:00:00:77:01 brd ff:ff:ff:ff:ff:ff
                inet 10.99.0.1/24 scope global {name}
            """);
        File.WriteAllText(System.IO.Path.Combine(folder, "iptables-save.txt"), $"*filter\n:INPUT ACCEPT [0:0]\n:{name} - [0:0]\n-A INPUT -m {name} -m comment --comment \"{name}\" -j {name}\nCOMMIT\n");
    }
}
