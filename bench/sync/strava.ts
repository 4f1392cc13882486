/**
 * A simulated Strava in a process of its own, so that its CPU counts for nobody. It says where it is, and
 * answers each message with the number of requests that it has counted.
 */
import { startSimulator } from '../../src/simulator/api/server.ts';

/** What the process says first. */
export interface StravaAddress {
  readonly apiUrl: string;
  readonly oauthUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

const id = 1001;
const activities = Number(process.argv[2]);
/** From a quarter of an hour to an hour, at a sample a second. */
const samplesPerActivity = [900, 3_600] as const;
const athlete = { id, firstname: 'Ada', lastname: 'Bench', activities, years: 6 };

const simulator = await startSimulator({
  athletes: [{ ...athlete, samplesPerActivity }],
  quota: { short: 1_000_000, daily: 1_000_000 },
});
process.on('message', () => {
  process.send?.(simulator.requests.entries.filter(({ isCounted }) => isCounted).length);
});
const { apiUrl, oauthUrl, clientId, clientSecret } = simulator;
const refreshToken = simulator.issueRefreshToken(id);
process.send?.({ apiUrl, oauthUrl, clientId, clientSecret, refreshToken } satisfies StravaAddress);
