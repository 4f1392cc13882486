/**
 * Examples of each command. Its help and docs/commands.md show them, and a test parses each.
 */
import { commandLine, shellWord } from '../domain/invocation.ts';

type Example = readonly [purpose: string, ...args: readonly string[]];

/** By the command's name; its arguments follow it. */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  init: [['begin with a real account']],
  auth: [
    ['log an athlete in by the browser'],
    ['on a server: print the address to open elsewhere', '--no-browser'],
    ['log in, and fetch no details of the athlete from now on', '--no-details'],
  ],
  accounts: [
    ['who is logged in, and who has to log in again'],
    ['fetch the details of an athlete from now on', '--details', '--athlete', '1001'],
  ],
  logout: [['remove the login of one athlete', '--athlete', '1001']],
  config: [['every setting with its value and its origin']],
  completion: [
    ['for bash: put it into ~/.bashrc as eval "$(…)"', 'bash'],
    ['for zsh: the same in ~/.zshrc, after compinit', 'zsh'],
    ['for fish: into ~/.config/fish/completions/domestique.fish', 'fish'],
  ],
  'keys new': [['make the file that TOKEN_KEY_FILE names']],
  'keys rotate': [['after a key may have been seen by others']],
  start: [['keep the database current until Ctrl-C']],
  sync: [
    ['one round of the work of the daemon'],
    ['everything from a day on', '--since', '2019-01-01'],
    ['how many requests two years need', '--since', '730d', '--dry-run'],
  ],
  import: [
    ['the whole history, without requests to Strava', '--file', 'export_1001.zip'],
    ['what it would store', '--file', 'export_1001.zip', '--dry-run'],
  ],
  verify: [
    ['print the proof or the differences'],
    ['repair the differences of one athlete', '--fix', '--athlete', '1001'],
  ],
  get: [
    ['the clubs of the athlete', '/athlete/clubs'],
    ['the three newest activities', '/athlete/activities', '--param', 'per_page=3'],
  ],
  'webhook subscribe': [['at an address of yours', '--callback-url', 'https://me.example/hook']],
  'webhook list': [['what Strava sends events to']],
  'webhook unsubscribe': [['receive no events any more']],
  page: [
    ['open it in the browser'],
    ['on a server: print the address to open elsewhere', '--no-browser'],
  ],
  status: [
    ['what is stored and what is left to do'],
    ['for cron: end with 3 if an action is required', '--check'],
  ],
  query: [
    ['the questions'],
    ['the parameters of one question', 'best-distance', '--help'],
    ['the best ten kilometres', 'best-distance', '--meters', '10000'],
  ],
  list: [
    ['the runs of the last thirty days', '--sport', 'run', '--since', '30d'],
    ['where the start was in a city or region', '--place', 'Innsbruck'],
    ['long rides by a word', '--min-distance', '100km', '--text', 'hills'],
  ],
  show: [['laps, best efforts, altitude, heart rate', '19000000001']],
  open: [['the page of the activity', '19000000001']],
  export: [
    ['one activity on stdout', '--format', 'gpx', '--activity', '19000000001'],
    ['a folder with a file each', '--format', 'gpx', '--since', '2026', '--out', 'tracks'],
  ],
  backup: [['into a new folder, without the logins', '--out', 'backups/today']],
  restore: [['into an empty database', '--in', 'backups/today']],
  erase: [['revoke the access and delete everything', '--athlete', '1001']],
  rebuild: [
    ['after an update that computes more'],
    ['everything, also after a change by hand', '--all'],
  ],
  doctor: [['what is missing, and what to do']],
  health: [['whether the daemon works']],
  db: [['for another MongoDB client']],
  demo: [['look around without an account']],
};

/** A command line with what it is for. */
export interface ShownExample {
  readonly line: string;
  readonly purpose: string;
}

/** The examples of a command as this installation calls it; `path` is its name in full. */
export function examplesOf(path: string): readonly ShownExample[] {
  const [name = '', ...more] = path.split(' ');
  return (examples[path] ?? []).map(([purpose, ...args]) => ({
    line: commandLine(name, ...more, ...args.map(shellWord)),
    purpose,
  }));
}
