/**
 * How the user calls the program: by npm in a clone, by its own name as an installed package. Every message
 * that names a command takes its text from here.
 */

/** The text of one command with its arguments, such as `npm run verify -- --fix`. */
export type CommandLine = (command: string, ...args: readonly string[]) => string;

/** The package's name, for npx. */
export const packageName = '@domestique/sync';

/** Whether the program's files are those of an installed package. */
export function isInstalledAt(folder: string): boolean {
  return folder.split('/').includes('node_modules');
}

/** The command lines of a program whose files are in `folder`. */
export function commandLineAt(folder: string): CommandLine {
  if (!isInstalledAt(folder)) return inClone;
  // The cache of npx: nothing else of it is on the PATH.
  const program = folder.split('/').includes('_npx') ? `npx ${packageName}` : 'domestique';
  return (command, ...args) => [program, command, ...args].join(' ');
}

/** The command lines of this program. */
export const commandLine = commandLineAt(import.meta.dirname);

/** A value that is no word of the sentence around the command line. */
const value = String.raw`(?=\S*[\dA-Z./=])(?!--)[^\s,;]*[^\s,;.]`;
const inText = new RegExp(
  String.raw`(?:npm start|npm run [a-z]+(?: --(?= ))?|(?:npx ${packageName}|domestique) [a-z]+)(?: --[a-z-]+(?: ${value})?)*`,
  'g',
);

/** The command lines in a text for people, each once, in order. */
export function commandLinesIn(text: string): readonly string[] {
  return [...new Set(text.match(inText))];
}

/** A word of a command line as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command line that is too long for the width is continued before each option. */
export function brokenLine(line: string, width: number): string {
  return line.length + 2 <= width ? line : line.replaceAll(/ (?=--\w)/g, ' \\\n    ');
}

function inClone(command: string, ...args: readonly string[]): string {
  // Options of the program itself: npm has no script for them.
  if (command.startsWith('-')) return ['bin/domestique', command, ...args].join(' ');
  const script = command === 'start' ? 'npm start' : `npm run ${command}`;
  return args.length === 0 ? script : [script, '--', ...args].join(' ');
}
