/**
 * A simulated Strava in its own process, so that its CPU is not measured. It sends its address, and
 * responds to each message with the number of counted requests.
 */
import { startSimulator } from '../../src/simulator/api/server.ts';

/** The first message of the process. */
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
