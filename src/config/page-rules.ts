/**
 * Rules between the page's settings: a page that other machines reach has a login.
 */
import { isLoopbackAddress } from '../domain/loopback.ts';
import type { PageConfig } from './config.ts';
import type { Origin } from './files.ts';
import type { Values } from './settings.ts';
import { schema } from './settings.ts';

const { host, passwordFile, auth, trustProxy, tilesUrl, tilesAttribution } = schema.page;

/** One sentence for each contradiction. */
export function pageContradictions(
  page: Values['page'],
  origins: ReadonlyMap<string, Origin>,
): readonly string[] {
  const labelOf = (key: keyof Values['page'], env: string): string => {
    const origin = origins.get(`page.${key}`);
    return origin === undefined || origin.source === 'default' ? env : origin.label;
  };
  const labels = {
    host: labelOf('host', host.env),
    auth: labelOf('auth', auth.env),
    trustProxy: labelOf('trustProxy', trustProxy.env),
    tilesUrl: labelOf('tilesUrl', tilesUrl.env),
    tilesAttribution: labelOf('tilesAttribution', tilesAttribution.env),
  };
  return [...loginContradictions(page, labels), ...tilesContradictions(page, labels)];
}

/** What a user should know of the page's login; undefined for nothing. */
export function pageNote(page: PageConfig): string | undefined {
  if (!page.isOn || !page.isLoginOfProxy) return undefined;
  return `${auth.env}=none: the page asks nobody for a login, so your proxy has to. Whoever reaches port ${page.port} on ${page.host} past the proxy reads everything. The page then takes any host name, so your proxy has to reject foreign ones (DNS rebinding).`;
}

type Labels = Readonly<
  Record<'host' | 'auth' | 'trustProxy' | 'tilesUrl' | 'tilesAttribution', string>
>;

function loginContradictions(page: Values['page'], labels: Labels): readonly string[] {
  const hasPassword = page.passwordFile !== null;
  if (page.auth === 'none') {
    if (hasPassword)
      return [
        `${labels.auth}: none and ${passwordFile.env} contradict each other; set only one of the two`,
      ];
    return page.trustProxy
      ? []
      : [
          `${labels.auth}: none needs ${trustProxy.env}=true, which says that a proxy of yours asks for a login; else set ${passwordFile.env}`,
        ];
  }
  if (hasPassword) return [];
  const way = `set ${passwordFile.env}, or ${auth.env}=none where your proxy asks for a login`;
  if (page.trustProxy)
    return [
      `${labels.trustProxy}: true lets other machines reach the page, so it needs a login; ${way}`,
    ];
  return isLoopbackAddress(page.host)
    ? []
    : [
        `${labels.host}: other machines reach the page at this address, so it needs a login; set ${passwordFile.env}, or ${auth.env}=none and ${trustProxy.env}=true where your proxy asks for one`,
      ];
}

function tilesContradictions(page: Values['page'], labels: Labels): readonly string[] {
  const { tilesUrl: url, tilesAttribution: attribution } = page;
  if ((url === null) === (attribution === null)) return [];
  const [label, missing] =
    url === null
      ? [labels.tilesAttribution, tilesUrl.env]
      : [labels.tilesUrl, tilesAttribution.env];
  return [`${label}: needs ${missing} as well; set both or neither`];
}
