# Completion of pcappath for fish; names of files where pcappath knows nothing.
complete -c pcappath -a '(pcappath "[suggest:"(commandline -C)"]" (commandline -cp) 2>/dev/null)'
