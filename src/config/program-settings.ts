/**
 * The settings of the program itself: the database, the login, the HTTP server, webhooks,
 * notifications, what is shown, and the log.
 */
import { dayMs, minuteMs } from '../domain/duration.ts';
import { commandLine } from '../domain/invocation.ts';
import { setting } from './setting.ts';

const freePort = { format: 'whole-number', min: 0, max: 65_535 } as const;

const mongodb = {
  uri: setting({
    env: 'MONGODB_URI',
    format: 'mongodb-uri',
    example: 'mongodb://127.0.0.1:27017',
    doc: "MongoDB's connection string",
    unset: 'the embedded server',
    sensitive: true,
    hasFileVariable: true,
  }),
  database: setting({
    env: 'MONGODB_DATABASE',
    format: 'database-name',
    example: 'domestique',
    doc: 'Name of the database. The path of `MONGODB_URI` can name it instead (`mongodb://host/name`); `admin` there is only where the users are',
  }),
  port: setting({
    env: 'MONGODB_PORT',
    format: 'whole-number',
    min: 1,
    max: 65_535,
    example: '27217',
    doc: 'Port of the embedded server, on 127.0.0.1',
  }),
};

const dataDir = setting({
  env: 'DATA_DIR',
  format: 'path',
  example: './data',
  doc: "Home of the embedded server. A relative path starts at the project's folder",
});

const tokenKeyFile = setting({
  env: 'TOKEN_KEY_FILE',
  format: 'path',
  example: '/run/secrets/domestique-token-keys',
  doc: `File of the keys that encrypt the stored logins. \`${commandLine('keys', 'new')}\` makes it`,
  unset: 'logins are stored unencrypted',
});

const lease = {
  duration: setting({
    env: 'LEASE_DURATION',
    format: 'duration',
    min: 100,
    max: dayMs,
    example: '15s',
    doc: 'How long a silent process on another machine counts as alive',
  }),
};

const auth = {
  port: setting({
    env: 'AUTH_PORT',
    ...freePort,
    example: '8485',
    doc: "Port that receives a login's redirect; 0 is any free one",
  }),
};

const http = {
  host: setting({
    env: 'HTTP_HOST',
    format: 'host-name',
    example: '127.0.0.1',
    doc: "The address that the daemon's HTTP server listens on",
  }),
  port: setting({
    env: 'HTTP_PORT',
    ...freePort,
    example: '8484',
    doc: "Port of the daemon's HTTP server; 0 is any free one",
  }),
};

const webhook = {
  lookInterval: setting({
    env: 'WEBHOOK_LOOK_INTERVAL',
    format: 'duration',
    min: minuteMs,
    max: dayMs,
    example: '2h',
    doc: 'How often the daemon polls a list at most while a webhook subscription reports new activities',
  }),
  deauthorization: setting({
    env: 'WEBHOOK_DEAUTHORIZATION',
    format: 'choice',
    choices: ['keep', 'erase'],
    example: 'erase',
    doc: 'What happens to the data of an athlete who withdraws the access at Strava',
  }),
};

const notify = {
  command: setting({
    env: 'NOTIFY_COMMAND',
    format: 'command-line',
    example: '/usr/local/bin/send-notification',
    doc: 'A command line that the daemon runs in the shell for each notification. Not together with `NOTIFY_URL`',
    unset: 'no notifications',
    sensitive: true,
  }),
  url: setting({
    env: 'NOTIFY_URL',
    format: 'webhook-url',
    example: 'https://ntfy.example.org/domestique',
    doc: 'An address to which the daemon posts each notification as JSON',
    unset: 'no notifications',
    sensitive: true,
    hasFileVariable: true,
  }),
  newActivity: setting({
    env: 'NOTIFY_NEW_ACTIVITY',
    format: 'switch',
    example: 'true',
    doc: 'Whether to notify of each new activity too. It needs `NOTIFY_COMMAND` or `NOTIFY_URL`',
  }),
};

const page = {
  isOn: setting({
    env: 'PAGE',
    format: 'switch',
    example: 'false',
    doc: 'Whether the daemon serves the page',
  }),
  host: setting({
    env: 'PAGE_HOST',
    format: 'host-name',
    example: '0.0.0.0',
    doc: 'The address that the page listens on. One that other machines reach needs a login: see [page.md](page.md#from-other-machines)',
  }),
  port: setting({
    env: 'PAGE_PORT',
    ...freePort,
    example: '8486',
    doc: 'Port of the page; 0 is any free one',
  }),
  passwordFile: setting({
    env: 'PAGE_PASSWORD_FILE',
    format: 'path',
    example: '/run/secrets/domestique-page-password',
    doc: 'File of the password that the page asks for, of at least 8 characters',
    unset: 'no password, which only a loopback `PAGE_HOST` allows',
  }),
  auth: setting({
    env: 'PAGE_AUTH',
    format: 'choice',
    choices: ['password', 'none'],
    example: 'none',
    doc: 'Who asks for a login where other machines reach the page: Domestique (`password`), or a proxy of yours (`none`). `none` needs `PAGE_TRUST_PROXY=true`',
  }),
  trustProxy: setting({
    env: 'PAGE_TRUST_PROXY',
    format: 'switch',
    example: 'true',
    doc: 'Whether a proxy of yours passes requests on to the page. Otherwise a loopback page answers 404 to what a proxy passes on',
  }),
  tilesUrl: setting({
    env: 'PAGE_TILES_URL',
    format: 'tiles-url',
    example: 'https://tiles.example.org/{z}/{x}/{y}.png',
    doc: "Where the page's map gets its background from. The browser requests it, and so tells that server where you look. It needs `PAGE_TILES_ATTRIBUTION`",
    unset: 'no background but the coast line, and no request leaves the machine',
  }),
  tilesAttribution: setting({
    env: 'PAGE_TILES_ATTRIBUTION',
    format: 'line',
    example: '© OpenStreetMap contributors',
    doc: 'Whom the map credits for its background, as plain text',
    unset: 'none, and none is needed without `PAGE_TILES_URL`',
  }),
  units: setting({
    env: 'PAGE_UNITS',
    format: 'choice',
    choices: ['metric', 'imperial'],
    example: 'imperial',
    doc: 'The units of what is shown to people. Stored values, JSON and CSV stay metric',
  }),
};

const exports = {
  hide: setting({
    env: 'EXPORT_HIDE',
    format: 'places',
    example: '48.2082,16.3738,500;47.0707,15.4395,300',
    doc: 'Places that each `export` leaves out, beside those of `--hide`: circles around a latitude and longitude',
    unset: 'exports leave nothing out',
    sensitive: true,
    hasFileVariable: true,
  }),
};

const log = {
  level: setting({
    env: 'LOG_LEVEL',
    format: 'choice',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    example: 'debug',
    doc: 'The least important line to log',
  }),
  format: setting({
    env: 'LOG_FORMAT',
    format: 'choice',
    choices: ['pretty', 'json'],
    example: 'json',
    doc: 'How lines are logged',
    unset: 'pretty, but json for the daemon without a terminal',
  }),
};

export const databaseSettings = { mongodb, dataDir, tokenKeyFile, lease };
export const programSettings = { auth, http, webhook, notify, page, export: exports, log };
