import tab from '@bomb.sh/tab';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;

/**
 * The library's script for bash needs the package bash-completion and evaluates what stands on the line, so that a Tab
 * behind `$(...)` would run it. This one needs bash alone and passes the words as they are.
 */
const bash = (program: string): string => `# bash completion for mtrade
_mtrade_complete() {
    local line=\${COMP_LINE:0:COMP_POINT} out word
    local -a words
    COMPREPLY=()
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=('')
    out=$(command ${program} complete -- "\${words[@]:1}" 2> /dev/null) || return 0
    while IFS= read -r word; do
        [[ -z $word || $word == :* ]] || COMPREPLY+=("\${word%%$'\\t'*}")
    done <<< "$out"
    # Where a file belongs.
    if [[ \${#COMPREPLY[@]} -eq 0 && \${out##*:} == 0 ]]; then compopt -o default 2> /dev/null; fi
    return 0
}
complete -F _mtrade_complete mtrade
`;

/** Prints what the shell has to evaluate. `main` is the file that runs when \`mtrade\` is called. */
export function printScript(shell: Shell, main: string, write: (text: string) => void): void {
  // By the Node that is in use when Tab is pressed: an upgrade must not break it.
  const program = `node ${shell === 'powershell' ? `'${main.replaceAll("'", "''")}'` : quoted(main)}`;
  if (shell === 'bash') write(bash(program));
  else tab.setup('mtrade', program, shell);
}
