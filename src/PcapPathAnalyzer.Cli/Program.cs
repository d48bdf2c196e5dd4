using System.CommandLine;

var root = new RootCommand("Offline post-mortem of Kubernetes and Linux networking.");
return await root.Parse(args).InvokeAsync();
