# Completion of the tessera programs for bash: options, fields of --set, methods, files. cmake --install puts it where bash looks.
_tessera() {
    local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=""
    # bash cuts words at "="; then only the value is being typed, which may be anything
    case $before in
    --set)
        words=$("$program" --fields 2>/dev/null | sed -n 's/^\([^ ]*\) .*/\1=/p')
        compopt -o nospace
        ;;
    --method) words=$("$program" --fields 2>/dev/null | sed -n 's/^method .*one of \([^;)]*\).*/\1/p' | tr -d ',"') ;;
    *) if [[ $word == -* ]]; then words=$("$program" --help 2>/dev/null | grep -oE -- '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,'); fi ;;
    esac
    if [ -n "$words" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        compopt -o filenames
    fi
}
complete -F _tessera tessera-recon tessera-train tessera-compare tessera-simulate tessera-info tessera-bench
