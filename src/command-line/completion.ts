/**
 * Completion scripts for shells, generated from the commands' own definitions and the questions of `query`.
 * A script is static: a Tab starts no program.
 */
import type { Command, Option } from 'commander';
import { pathOf } from './help.ts';
import { parameters } from '../queries/parameters.ts';
import { optionsOf } from '../queries/recipe.ts';
import { recipes } from '../queries/recipes.ts';

/** A word that can be typed. */
interface Word {
  readonly text: string;
  readonly meaning: string;
}

interface OptionWord extends Word {
  readonly takesValue: boolean;
}

/** A command, or a question of `query`, with what can follow it. */
interface Place {
  /** As it is typed, without the name of the program: `keys new`, `query latest`. */
  readonly path: string;
  readonly words: readonly Word[];
  readonly options: readonly OptionWord[];
}

/** The options that take the path of a file or a folder. */
const pathOptions: readonly string[] = ['--in', '--out', '--polygon'];

const writers: ReadonlyMap<string, (places: readonly Place[]) => string> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
]);

/** The script for `bash`, `zsh` or `fish`; `program` has all of the commands. */
export function completionScript(program: Command, shell: string): string {
  return writers.get(shell)?.(placesOf(program)) ?? '';
}

function placesOf(command: Command): readonly Place[] {
  const helper = command.createHelp();
  const options = [...helper.visibleOptions(command), ...helper.visibleGlobalOptions(command)].map(
    optionWord,
  );
  const path = pathOf(command);
  const questions = path === 'query' ? recipes : [];
  const words = [
    ...command.commands.map((each) => ({ text: each.name(), meaning: each.description() })),
    ...questions.map(({ name, title }) => ({ text: name, meaning: title })),
    ...command.registeredArguments.flatMap(({ argChoices = [], description }) =>
      argChoices.map((text) => ({ text, meaning: description })),
    ),
  ];
  const asked = questions.map((recipe) => {
    const own = optionsOf(recipe).map(parameterWord);
    const others = options.filter(({ text }) => !own.some((each) => each.text === text));
    return { path: `${path} ${recipe.name}`, words: [], options: [...own, ...others] };
  });
  return [{ path, words, options }, ...asked, ...command.commands.flatMap(placesOf)];
}

function optionWord({ long, flags, description, required }: Option): OptionWord {
  return { text: long ?? flags, meaning: description, takesValue: required };
}

function parameterWord(name: keyof typeof parameters): OptionWord {
  return { text: `--${name}`, meaning: parameters[name].takes, takesValue: true };
}

/** The options with a value that is no path: nothing is offered for it. */
function valuedOptions(places: readonly Place[]): readonly string[] {
  const valued = places.flatMap(({ options }) => options.filter(({ takesValue }) => takesValue));
  return [...new Set(valued.map(({ text }) => text))].filter((text) => !pathOptions.includes(text));
}

/** The branches of a `case` that follow the typed words to a place; the first place is the program. */
function stepsOf(places: readonly Place[], step: (typed: string, path: string) => string): string {
  return places
    .slice(1)
    .map(({ path }) => step(path.includes(' ') ? path : ` ${path}`, path))
    .join('\n');
}

function bashScript(places: readonly Place[]): string {
  const list = (words: readonly Word[]): string => words.map(({ text }) => text).join(' ');
  const branches = places.map(
    ({ path, words, options }) =>
      `    '${path}') names='${list(words)}' options='${list(options)}' ;;`,
  );
  return `# Completion of domestique for bash.
_domestique() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local place='' names='' options='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$place $word" in
${stepsOf(places, (typed, path) => `      '${typed}') place='${path}' ;;`)}
    esac
  done
  COMPREPLY=()
  case $previous in
    ${pathOptions.join(' | ')})
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
      return ;;
    ${valuedOptions(places).join(' | ')})
      return ;;
  esac
  case $place in
${branches.join('\n')}
  esac
  if [[ $current == -* || -z $names ]]; then names=$options; fi
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$names" -- "$current")
}
complete -F _domestique domestique
`;
}

function zshScript(places: readonly Place[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const list = (words: readonly Word[]): string =>
    words.map(({ text, meaning }) => `        ${quoted(`${text}:${meaning}`)}\n`).join('');
  const branches = places.map(
    ({ path, words, options }) =>
      `    '${path}')\n      names=(\n${list(words)}      )\n      flags=(\n${list(options)}      ) ;;`,
  );
  return `#compdef domestique
# Completion of domestique for zsh.
_domestique() {
  local place='' word
  local -a names flags
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place $word" in
${stepsOf(places, (typed, path) => `      '${typed}') place='${path}' ;;`)}
    esac
  done
  case \${words[CURRENT-1]} in
    ${pathOptions.join('|')}) _files; return ;;
    ${valuedOptions(places).join('|')}) return ;;
  esac
  case $place in
${branches.join('\n')}
  esac
  _describe command names
  _describe -o option flags
}
if [ "\${funcstack[1]}" = _domestique ]; then
  _domestique
else
  compdef _domestique domestique
fi
`;
}

function fishScript(places: readonly Place[]): string {
  const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
  const lines = places.flatMap(({ path, words, options }) => {
    const at = `complete -c domestique -n ${quoted(`__domestique_at ${path}`.trim())}`;
    const valueOf = (text: string): string => (pathOptions.includes(text) ? ' -rF' : ' -x');
    return [
      ...words.map(({ text, meaning }) => `${at} -a ${text} -d ${quoted(meaning)}`),
      ...options.map(
        ({ text, meaning, takesValue }) =>
          `${at} -l ${text.replace(/^--/, '')}${takesValue ? valueOf(text) : ''} -d ${quoted(meaning)}`,
      ),
    ];
  });
  return `# Completion of domestique for fish.
function __domestique_at
    set -l place ''
    for word in (commandline -opc)[2..-1]
        switch "$place $word"
${stepsOf(places, (typed, path) => `            case ${quoted(typed)}\n                set place ${quoted(path)}`)}
        end
    end
    test "$place" = "$argv"
end
complete -c domestique -f
${lines.join('\n')}
`;
}
