// `mandoline completions`: the script with which a shell completes commands, flags and their values, made from the
// command's own definitions. Looked at: @bomb.sh/tab (never completes paths, starts Node for every key press), omelette,
// tabtab and commander-completion (do not read commander's definitions, no zsh or fish). The scripts follow bash's manual,
// Programmable Completion Builtins; zshcompsys(1), _arguments; fish's complete.
import type { Command } from 'commander';
import { type CommandOutline, outline, shortened } from './outline.js';
import { Operand, UsageError, type Values } from './usage.js';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
const shells = Object.keys(scripts) as (keyof typeof scripts)[];

export function addCompletions(program: Command): void {
  program
    .command('completions')
    .summary('print a shell completion script')
    .description('Prints a script with which a shell completes commands, flags and names.')
    .addArgument(new Operand('<shell>', 'bash, zsh or fish', { words: shells }))
    .addHelpText(
      'after',
      `
To install it:
  bash, in ~/.bashrc:   source <(mandoline completions bash)
  zsh, in ~/.zshrc, after compinit:
    source <(mandoline completions zsh)
  fish, once:
    mandoline completions fish > ~/.config/fish/completions/mandoline.fish`,
    )
    .action((given: string) => {
      const shell = shells.find((name) => name === given);
      if (!shell) throw new UsageError(`completions ${given}: must be bash, zsh or fish`);
      process.stdout.write(scripts[shell](outline(program)));
    });
}

/** In single quotes, as bash and zsh read them. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function bashScript(commands: readonly CommandOutline[]): string {
  // What values may be, with all places where they may be that.
  const places = new Map<string, string[]>();
  const add = ({ words = [], isList, paths }: Values, place: string) => {
    const what = `words=${quoted(words.join(' '))} paths=${paths ?? ''} list=${isList ?? ''}`;
    places.set(what, [...(places.get(what) ?? []), quoted(place)]);
  };
  for (const { path, flags, ...rest } of commands) {
    for (const { names, value } of flags) for (const name of names) if (value) add(value, `${path} ${name}`);
    add({ words: flags.flatMap(({ names }) => names) }, `${path} -`);
    const [operand] = rest.operands;
    const words = rest.commands.map(({ name }) => name);
    add(operand ?? (words.length > 0 ? { words } : {}), `${path} `);
  }
  const arms = [...places].map(([what, where]) => `    ${where.join('|')}) ${what} ;;`);
  return `# Made by: mandoline completions bash
_mandoline() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local path='' place words='' paths='' list='' item head='' i
  # --flag=value stands in three words.
  [[ $current == = ]] && current=''
  [[ $before == = ]] && before="\${COMP_WORDS[COMP_CWORD-2]}"
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${path:+$path }\${COMP_WORDS[i]}" in
      ${pathsOf(commands).map(quoted).join('|')}) path="\${path:+$path }\${COMP_WORDS[i]}" ;;
    esac
  done
  for place in "$path $before" "$path \${current:0:1}" "$path "; do
    case "$place" in
${arms.map((arm) => `  ${arm}`).join('\n')}
      *) continue ;;
    esac
    break
  done
  if [[ $list && $current == *,* ]]; then
    head="\${current%,*},"
    current="\${current##*,}"
  fi
  COMPREPLY=()
  while IFS= read -r item; do
    COMPREPLY+=("$head$item")
  done < <(
    [[ $words ]] && compgen -W "$words" -- "$current"
    [[ $paths == files ]] && compgen -f -- "$current"
    [[ $paths == folders ]] && compgen -d -- "$current"
  )
}
complete -o filenames -F _mandoline mandoline
`;
}

function zshScript(commands: readonly CommandOutline[]): string {
  const text = (description: string) => shortened(description).replace(/[[\]:\\]/g, '\\$&');
  const name = (path: string) => `_mandoline${path && `_${path.replace(/\W/g, '_')}`}`;
  const action = (label: string, { words = [], isList, paths }: Values) => {
    const list = words.join(' ');
    if (words.length === 0) return paths === 'folders' ? '_files -/' : paths ? '_files' : ' ';
    if (paths) return ` _mandoline_or_files ${label} ${list}`;
    return isList ? ` _values -s , ${label} ${list}` : `(${list})`;
  };
  const functions = commands.map(({ path, flags, operands, commands }) => {
    const options = flags.flatMap(({ names, description, value }) =>
      names.map((flag) => {
        // A value follows the flag, with = or a blank or nothing in between.
        const end = value ? (flag.startsWith('--') ? '=' : '+') : '';
        const behind = value ? `:${value.name}:${action(value.name, value)}` : '';
        return quoted(`${value ? '*' : ''}${flag}${end}[${text(description)}]${behind}`);
      }),
    );
    const rest = operands.map((each, i) => quoted(`${i + 1}:${each.name}:${action(each.name, each)}`));
    const below = commands.length > 0 ? [`'1:command:->command'`, `'*::argument:->argument'`] : [];
    const names = commands.map((each) => quoted(`${each.name}:${text(each.short)}`)).join(' ');
    const arms = commands.map((each) => {
      const inner = path ? `${path} ${each.name}` : each.name;
      return `        ${each.name}) ${isKnown(inner) ? name(inner) : '_describe command commands'} ;;`;
    });
    const states = `
  local -a commands=(${names})
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
${arms.join('\n')}
      esac ;;
  esac`;
    return `${name(path)}() {
  local context state line
  typeset -A opt_args
  _arguments -C -s \\
    ${[...options, ...rest, ...below].join(' \\\n    ')}${below.length > 0 ? states : ''}
}
`;
  });
  return `#compdef mandoline
# Made by: mandoline completions zsh
${functions.join('\n')}
_mandoline_or_files() {
  _alternative "names:$1:($argv[2,-1])" 'files:file:_files'
}

if [[ $funcstack[1] == _mandoline ]]; then _mandoline "$@"; else compdef _mandoline mandoline; fi
`;

  function isKnown(path: string): boolean {
    return commands.some((each) => each.path === path);
  }
}

function fishScript(commands: readonly CommandOutline[]): string {
  const text = (given: string) => `'${given.replace(/['\\]/g, '\\$&')}'`;
  const lines = commands.flatMap(({ path, flags, operands, commands }) => {
    const at = `complete -c mandoline -n ${text(`__mandoline_at ${text(path && ` ${path}`)}`)}`;
    const values = ({ words = [], isList, paths }: Values) => {
      const list = words.join(' ');
      const folders = paths === 'folders' ? '(__fish_complete_directories)' : '';
      const offered = isList ? `(__fish_complete_list , "string split ' ' '${list}'")` : `${list}${folders}`;
      return `${paths === 'files' ? '' : ' -f'}${offered && ` -a ${text(offered)}`}`;
    };
    const options = flags.map(({ names, description, value }) => {
      const spelled = names.map((each) =>
        each.startsWith('--') ? ` -l ${each.slice(2)}` : ` -s ${each[1]}`,
      );
      return `${at}${spelled.join('')}${value ? ` -r${values(value)}` : ''} -d ${text(shortened(description))}`;
    });
    const below = commands.map(({ name, short }) => `${at} -f -a ${name} -d ${text(short)}`);
    const rest = operands.map((each) => `${at}${values(each)}`);
    return [...options, ...below, ...(operands.length > 0 ? rest : [`${at} -f`])];
  });
  return `# Made by: mandoline completions fish
function __mandoline_at
    set -l path
    for word in (commandline -opc)[2..-1]
        if contains -- "$path $word" ${pathsOf(commands)
          .map((path) => text(` ${path}`))
          .join(' ')}
            set path "$path $word"
        end
    end
    test "$path" = "$argv[1]"
end
${lines.join('\n')}
`;
}

const pathsOf = (commands: readonly CommandOutline[]) =>
  commands.map(({ path }) => path).filter((path) => path !== '');
