/**
 * The path and the parameters of `get`, checked before anything connects. No message repeats a
 * parameter's value, because it may be a secret.
 */
import { UsageError } from '../../errors.ts';

/** What is requested, below the API's base URL. */
export interface GetRequest {
  /** The path with its encoded query. */
  readonly path: string;
  /** The path alone: it names the request in messages. */
  readonly what: string;
}

/** The characters of a path segment (https://www.rfc-editor.org/rfc/rfc3986#section-3.3). */
const segments = /^(?:\/(?:[\w.~!$&'()*+,;=:@-]|%[\da-f]{2})+)+\/?$/i;
/** What URLs take for `.`, `/` or `\` where it is encoded: it could lead to another path. */
const hidden = /%(?:2e|2f|5c|[01][\da-f]|7f)/i;
/** The login that is sent is the athlete's own, and a secret does not belong into a URL. */
const secretNames = ['access_token', 'client_secret', 'refresh_token'];

/**
 * Reads the path, or a complete URL below `apiUrl`, and joins its query with `params` (`key=value`).
 * @throws UsageError
 */
export function requestOf(given: string, params: readonly string[], apiUrl: string): GetRequest {
  if (hasControlCharacter(given))
    throw new UsageError('The path has a control character or a space: leave it out.');
  const relative = /^[a-z][a-z\d+.-]*:/i.test(given) ? belowApi(given, apiUrl) : given;
  const [what = '', ...query] = relative.split('?');
  checkPath(what);
  const pairs = [...new URLSearchParams(query.join('?'))];
  const search = searchOf([...pairs, ...params.map(readParam)]);
  return { path: search === '' ? what : `${what}?${search}`, what };
}

/** The rest of a complete URL, as it was written. */
function belowApi(given: string, apiUrl: string): string {
  const base = new URL(apiUrl);
  const url = URL.parse(given);
  const rest = given.replace(/^[^:]*:\/\/[^/?#]*/, '');
  const prefix = base.pathname.replace(/\/$/, '');
  const isOfApi =
    url?.origin === base.origin &&
    url.username + url.password === '' &&
    rest.startsWith(`${prefix}/`);
  if (isOfApi) return rest.slice(prefix.length);
  throw new UsageError(
    `The URL is not of Strava's API at ${apiUrl}: give a path such as /athlete/clubs.`,
  );
}

function checkPath(path: string): void {
  const isPlain = segments.test(path) && !hidden.test(path);
  if (isPlain && path.split('/').every((part) => part !== '.' && part !== '..')) return;
  throw new UsageError(
    'The path begins with / and is relative to the API, for example /athlete/clubs; it has no "..", no "//", no fragment, and special characters are percent-encoded.',
  );
}

function readParam(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1 || hasControlCharacter(text.slice(0, at)))
    throw new UsageError('--param takes key=value, for example --param per_page=5.');
  return [text.slice(0, at), text.slice(at + 1)];
}

function searchOf(pairs: [string, string][]): string {
  const names = new Set<string>();
  for (const [name] of pairs) {
    if (secretNames.includes(name.toLowerCase()))
      throw new UsageError(`Leave ${name} out: get sends the stored login of the athlete.`);
    if (names.has(name))
      throw new UsageError(`The parameter ${JSON.stringify(name)} is given twice: give it once.`);
    names.add(name);
  }
  return new URLSearchParams(pairs).toString();
}

/** A space counts, as no URL has one. */
function hasControlCharacter(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  return /[\u0000-\u0020\u007f-\u009f]/.test(text);
}
