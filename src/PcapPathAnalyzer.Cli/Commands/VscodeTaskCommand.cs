using System.CommandLine;
using Newtonsoft.Json.Linq;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath vscode-task</c>: a <c>.vscode/tasks.json</c> whose problem matcher puts findings on the lines of the dumps.</summary>
internal static class VscodeTaskCommand
{
    public static Command Create()
    {
        var bundle = new Argument<string>("BUNDLE") { Description = "The bundle's folder inside the folder that is open in VS Code", DefaultValueFactory = static _ => "." };
        var command = new Command("vscode-task", "Print a tasks.json for VS Code that shows findings on the lines of the dumps") { bundle };
        command.SetAction(parsed =>
        {
            Console.Out.WriteLine(Tasks(parsed.GetValue(bundle)!).ToString());
            return Shell.Done;
        });
        return command.WithExamples("pcappath vscode-task > .vscode/tasks.json", "pcappath vscode-task case-4711/bundle > .vscode/tasks.json");
    }

    private static JObject Tasks(string bundle)
    {
        var folder = bundle is "." or "./" ? "${workspaceFolder}" : Path.IsPathRooted(bundle) ? bundle : "${workspaceFolder}/" + bundle.TrimEnd('/');
        using var reader = new StreamReader(Resources.Open("tasks.json"));
        var tasks = JObject.Parse(reader.ReadToEnd());
        foreach (var text in tasks.Descendants().OfType<JValue>().Where(v => v.Value is "BUNDLE"))
            text.Value = folder;
        return tasks;
    }
}
