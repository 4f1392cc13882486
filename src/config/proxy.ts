/**
 * The HTTP proxy that the environment names for all programs. No problem and no row repeats what can be a
 * password.
 */
import type { Environment } from './variables.ts';

/** What Node's `http.setGlobalProxyFromEnv` takes. */
export interface Proxy {
  readonly HTTP_PROXY?: string;
  readonly HTTPS_PROXY?: string;
  readonly NO_PROXY: string;
}

/** One of the variables as it is set; the lower case wins, as in Node. */
interface Named {
  readonly name: string;
  readonly value: string;
}

/** The embedded MongoDB, the simulator and a login's redirect are on this machine. */
const thisMachine = ['localhost', '127.0.0.1', '127.0.0.1-127.255.255.254', '::1', '[::1]'];

/** Undefined where no proxy is named. */
export function proxyOf(env: Environment): Proxy | undefined {
  const [plain, secure] = proxiesOf(env);
  if (plain === undefined && secure === undefined) return undefined;
  const except = variableOf(env, 'NO_PROXY')?.value;
  return {
    ...(plain && { HTTP_PROXY: withScheme(plain) }),
    ...(secure && { HTTPS_PROXY: withScheme(secure) }),
    NO_PROXY: [...(except === undefined ? [] : [except]), ...thisMachine].join(','),
  };
}

/** One line for each variable that names no proxy. */
export function proxyProblems(env: Environment): readonly string[] {
  return proxiesOf(env).flatMap((named) =>
    named === undefined || addressOf(named) !== undefined
      ? []
      : [`${named.name}: must be an http(s) address; for example http://proxy.example.org:3128`],
  );
}

/** What `config` shows of it: the host, and which hosts are requested without it. */
export function proxyRows(
  env: Environment,
): readonly { readonly name: string; readonly value: string; readonly source: string }[] {
  const proxies = proxiesOf(env).flatMap((named) =>
    named === undefined ? [] : [{ name: named.name, value: addressOf(named)?.origin ?? '' }],
  );
  const except = proxies.length > 0 ? variableOf(env, 'NO_PROXY') : undefined;
  return [...proxies, ...(except ? [except] : [])].map((row) => ({
    ...row,
    source: `variable ${row.name}`,
  }));
}

function proxiesOf(env: Environment): readonly [Named | undefined, Named | undefined] {
  return [variableOf(env, 'HTTP_PROXY'), variableOf(env, 'HTTPS_PROXY')];
}

function variableOf(env: Environment, name: string): Named | undefined {
  const found = [name.toLowerCase(), name].find((each) => (env[each] ?? '') !== '');
  return found === undefined ? undefined : { name: found, value: env[found] ?? '' };
}

/** Other programs take a proxy without its scheme, too. */
function withScheme({ value }: Named): string {
  return value.includes('://') ? value : `http://${value}`;
}

function addressOf(named: Named): URL | undefined {
  const url = URL.parse(withScheme(named));
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}
