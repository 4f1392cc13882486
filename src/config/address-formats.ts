/**
 * The formats of addresses: base URLs, webhooks, MongoDB's connection string and database, hosts. No
 * problem repeats the value, which may hold a password.
 */
import { MongoClient } from 'mongodb';

/** Stands for a secret wherever a value is shown. */
export const maskText = '********';

/** Options of a connection string whose values are secret or can hold one. */
const secretOption = /password|token|secret|authMechanismProperties/i;

export const addressFormats = {
  /** An http(s) address to which paths are added; the value has no trailing slash. */
  'base-url': {
    accepts: () => 'an https address (http for this machine only)',
    coerce: (text: string) =>
      baseUrlProblem(text) === undefined ? withoutEndSlash(new URL(text)) : text,
    problem: baseUrlProblem,
  },
  /** An http(s) address to post to. Its path, query, user name and password can be secret. */
  'webhook-url': {
    accepts: () => 'an http(s) address',
    problem: (value: string) => (isHttpUrl(value) ? undefined : 'must be an http(s) address'),
    mask: (url: string) => (URL.canParse(url) ? `${new URL(url).origin}/${maskText}` : maskText),
  },
  /** A template of map tiles, as Leaflet takes it. */
  'tiles-url': {
    accepts: () => 'an http(s) address with `{z}`, `{x}` and `{y}`',
    problem: tilesUrlProblem,
  },
  'mongodb-uri': {
    accepts: () => 'a `mongodb://` or `mongodb+srv://` connection string',
    problem: mongodbUriProblem,
    mask: (uri: string) => maskMongodbUri(uri, maskText),
  },
  /** See https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions. */
  'database-name': {
    accepts: () => '1 to 63 characters without spaces and any of `/\\."$*<>:|?`',
    problem: databaseNameProblem,
  },
  /** `0.0.0.0` and `::` are all addresses. */
  'host-name': {
    accepts: () => 'a host name or an IP address',
    problem: (value: string) =>
      /^(?:[\w.-]+|[\da-fA-F:.]*:[\da-fA-F:.]*)$/.test(value)
        ? undefined
        : 'must be a host name or an IP address, without a port',
  },
};

function baseUrlProblem(value: string): string | undefined {
  if (!URL.canParse(value) || /\s/.test(value)) return 'must be an http(s) address';
  const { protocol, hostname, username, password } = new URL(value);
  if (protocol !== 'http:' && protocol !== 'https:') {
    return 'must begin with http:// or https://';
  }
  if (protocol === 'http:' && !isThisMachine(hostname)) {
    return 'must begin with https://, because requests carry tokens; http:// is for this machine only';
  }
  if (username !== '' || password !== '') return 'must not hold a user name or password';
  return /[?#]/.test(value) ? 'must not have a query (?…) or a fragment (#…)' : undefined;
}

function isThisMachine(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

function withoutEndSlash({ origin, pathname }: URL): string {
  return (origin + pathname).replace(/\/+$/, '');
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && !/\s/.test(value) && /^https?:$/.test(new URL(value).protocol);
}

function tilesUrlProblem(value: string): string | undefined {
  const hasPlaces = ['{z}', '{x}', '{y}'].every((place) => value.includes(place));
  if (!hasPlaces || !isHttpUrl(value) || value.includes('{s}')) {
    return 'must be an http(s) address with {z}, {x} and {y}, and without {s}';
  }
  const { username, password } = new URL(value);
  return username === '' && password === '' ? undefined : 'must not hold a user name or password';
}

function mongodbUriProblem(value: string): string | undefined {
  if (!/^mongodb(\+srv)?:\/\//.test(value)) {
    return 'must begin with mongodb:// or mongodb+srv://';
  }
  if (/\s/.test(value)) return 'must not hold spaces or line breaks';
  // The driver would warn of it, once for each client.
  if (/[?&]j=/i.test(value))
    return 'must not have the option j: every write waits for the journal of a majority in any case';
  if (isAcceptedByDriver(value)) return undefined;
  return (
    'is not a connection string that MongoDB accepts: check the host, the port and the options, ' +
    'and write the characters :/?#[]@% of a user name or password percent-encoded (@ is %40)'
  );
}

/** Connects to nothing. */
function isAcceptedByDriver(uri: string): boolean {
  try {
    new MongoClient(uri);
    return true;
  } catch {
    // The driver's message can repeat parts of the password, so it goes no further.
    return false;
  }
}

function databaseNameProblem(value: string): string | undefined {
  if (!/^[^/\\. "$*<>:|?\0]{1,63}$/.test(value)) {
    return 'must be 1 to 63 characters without spaces and any of /\\."$*<>:|?';
  }
  return ['admin', 'config', 'local'].includes(value)
    ? "must not be one of MongoDB's own databases (admin, config, local)"
    : undefined;
}

/**
 * The database in the path of a connection string, as in `mongodb://host/name`. Undefined for `admin` and
 * `$external`, which only say where the users are
 * (https://www.mongodb.com/docs/manual/reference/connection-string-options/#authentication-options).
 */
export function databaseInUri(uri: string): string | undefined {
  const written = /^mongodb(?:\+srv)?:\/\/[^/?]*\/([^?]+)/.exec(uri)?.[1];
  if (written === undefined) return undefined;
  try {
    const name = decodeURIComponent(written);
    return ['admin', '$external'].includes(name) ? undefined : name;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** A connection string fit to be shown: the mask replaces the password and secret options. */
export function maskMongodbUri(uri: string, mask: string): string {
  const [, scheme = '', authority = '', database = '', query = ''] =
    /^([^:]*:\/\/)([^/?]*)([^?]*)(.*)$/s.exec(uri) ?? [];
  const at = authority.lastIndexOf('@');
  const userInfo = at === -1 ? '' : authority.slice(0, at + 1).replace(/:.*@$/s, `:${mask}@`);
  const options = query.replace(
    /([?&])([^=&]*)=([^&]*)/g,
    (whole: string, mark: string, name: string) =>
      secretOption.test(name) ? `${mark}${name}=${mask}` : whole,
  );
  return `${scheme}${userInfo}${authority.slice(at + 1)}${database}${options}`;
}
