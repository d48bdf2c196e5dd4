# Completion of pcappath for bash; names of files where pcappath knows nothing.
_pcappath() {
    local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]}
    mapfile -t COMPREPLY < <(compgen -W "$(pcappath "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "$word")
}
complete -o default -F _pcappath pcappath
