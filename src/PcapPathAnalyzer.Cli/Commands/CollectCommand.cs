using System.CommandLine;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath collect</c>: the shell script that makes a bundle on a node. It is printed, not run: whoever runs it as root can read it first.</summary>
internal static class CollectCommand
{
    public static Command Create()
    {
        var command = new Command("collect", "Print the shell script that makes a bundle on a node (needs iproute2, iptables, tcpdump there)");
        command.SetAction(static _ =>
        {
            Resources.Print("collect.sh");
            return Shell.Done;
        });
        return command.WithExamples(
            "pcappath collect > collect.sh",
            "pcappath collect | ssh root@node-a sh -s -- -d 60 -i eth0 -p all");
    }
}
