/**
 * What both loops of the benchmark share: the arguments, a token, the pages of the list, and four
 * activities at a time.
 */
import type { JsonObject } from '../../src/domain/json.ts';
import type { StravaAddress } from './strava.ts';

const atOnce = 4;
const pageSize = 200;

export interface Token {
  readonly access_token: string;
}

/** How a loop requests JSON: a GET, or a POST where there is a form. */
export interface Source {
  token(url: string, form: Readonly<Record<string, string>>): Promise<Token>;
  /** Undefined after a 404. */
  get(url: string, accessToken: string): Promise<unknown>;
}

export interface Listed extends JsonObject {
  readonly id: number;
}

/** What a loop stores. */
export interface Sink {
  page(listed: readonly Listed[]): Promise<void>;
  activity(listed: Listed, streamsUrl: string, accessToken: string): Promise<void>;
}

/** The simulated Strava and the database that the benchmark names. */
export function readArguments(): {
  readonly address: StravaAddress;
  readonly uri: string;
  readonly database: string;
} {
  const [addressText = '', uri = '', database = ''] = process.argv.slice(2);
  return { address: JSON.parse(addressText) as StravaAddress, uri, database };
}

export async function runLoop(address: StravaAddress, source: Source, sink: Sink): Promise<void> {
  const { apiUrl, oauthUrl, refreshToken, clientId, clientSecret } = address;
  const token = await source.token(`${oauthUrl}/token`, {
    client_id: clientId,
    client_secret: clientSecret,
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
  });
  const { access_token: accessToken } = token;
  const work = async (queue: Listed[], urlOf: (listed: Listed) => string): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      await sink.activity(next, urlOf(next), accessToken);
  };
  for (let page = 1; ; page += 1) {
    const url = `${apiUrl}/athlete/activities?per_page=${pageSize}&page=${page}`;
    const listed = (await source.get(url, accessToken)) as readonly Listed[];
    if (listed.length === 0) return;
    await sink.page(listed);
    const queue = [...listed];
    const urlOf = ({ id }: Listed) => `${apiUrl}/activities/${id}/streams`;
    await Promise.all(Array.from({ length: atOnce }, () => work(queue, urlOf)));
  }
}
