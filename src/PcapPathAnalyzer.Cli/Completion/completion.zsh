#compdef pcappath
# Completion of pcappath for zsh; names of files where pcappath knows nothing.
_pcappath() {
    local -a found
    found=("${(@f)$(pcappath "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
    (( ${#found} )) && compadd -- "${(@)found:#}"
    _files
}
if [ "${funcstack[1]}" = _pcappath ]; then _pcappath "$@"; else compdef _pcappath pcappath; fi
