/**
 * The formats of addresses: Strava's base URLs, MongoDB's connection string and database. Refusals
 * never repeat the text, which may hold a password.
 */
import { MongoClient } from 'mongodb';

import type { Format } from './formats.ts';

/** An http(s) address to which paths are added; the value has no trailing slash. */
export const baseUrl: Format<string> = (text) => {
  if (!URL.canParse(text) || /\s/.test(text)) return { problem: 'must be an http(s) address' };
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return { problem: 'must begin with http:// or https://' };
  }
  if (url.username !== '' || url.password !== '') {
    return { problem: 'must not hold a user name or password' };
  }
  if (/[?#]/.test(text)) return { problem: 'must not have a query (?…) or a fragment (#…)' };
  return { value: (url.origin + url.pathname).replace(/\/+$/, '') };
};

/** An http(s) address to post to; its path, query, user name and password can be secret. */
export const webhookUrl: Format<string> = (text) => {
  const isAddress = URL.canParse(text) && !/\s/.test(text);
  return isAddress && /^https?:$/.test(new URL(text).protocol)
    ? { value: text }
    : { problem: 'must be an http(s) address' };
};

/** Only where it leads, without what may be a token. */
export function maskWebhookUrl(url: string, mask: string): string {
  return URL.canParse(url) ? `${new URL(url).origin}/${mask}` : mask;
}

/** A connection string that the driver accepts; nothing is connected. */
export const mongodbUri: Format<string> = (text) => {
  if (!/^mongodb(\+srv)?:\/\//.test(text)) {
    return { problem: 'must begin with mongodb:// or mongodb+srv://' };
  }
  if (/\s/.test(text)) return { problem: 'must not hold spaces or line breaks' };
  return isAcceptedByDriver(text)
    ? { value: text }
    : {
        problem:
          'is no connection string that MongoDB accepts: look at the host, the port and the options, ' +
          'and write the characters :/?#[]@% of a user name or password percent-encoded (@ is %40)',
      };
};

function isAcceptedByDriver(uri: string): boolean {
  try {
    new MongoClient(uri);
    return true;
  } catch {
    // The driver's message can repeat parts of the password: it goes no further.
    return false;
  }
}

/** See https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions. */
export const databaseName: Format<string> = (text) => {
  if (!/^[^/\\. "$*<>:|?\0]{1,63}$/.test(text)) {
    return { problem: 'must be 1 to 63 characters without spaces and any of /\\."$*<>:|?' };
  }
  return ['admin', 'config', 'local'].includes(text)
    ? { problem: "must not be one of MongoDB's own databases (admin, config, local)" }
    : { value: text };
};

/** Options of a connection string whose values are secret or can hold one. */
const secretOption = /password|token|secret|authMechanismProperties/i;

/** A connection string fit to be shown: without the password and secret options. */
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

/** A host name or an IP address to listen on; `0.0.0.0` and `::` are all of them. */
export const hostName: Format<string> = (text) =>
  /^(?:[\w.-]+|[\da-fA-F:.]*:[\da-fA-F:.]*)$/.test(text)
    ? { value: text }
    : { problem: 'must be a host name or an IP address, without a port' };
