/**
 * The state of the mirror as gauges, read at each scrape: the quota, what is waited for, and what the
 * database says is left. An unknown figure is absent, never 0.
 */
import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import { usedIn } from '../../domain/rate-limit/quota.ts';
import type { WindowKind } from '../../domain/rate-limit/quota-state.ts';
import { limitOf, windowKinds } from '../../domain/rate-limit/quota-state.ts';
import type { QuotaView } from '../../sync/quota-view.ts';

/** Figures by the value of a label. */
export type Figures = Readonly<Record<string, number>>;

/** What the database says. */
export interface MetricsSnapshot {
  /** Activities that lack their streams or details, and are to get them. */
  readonly backlog: Figures;
  /** What failed so often that it rests. */
  readonly parked: Figures;
  readonly logins: Figures;
  /** When the list of the athlete who waits longest was polled; undefined where one never was. */
  readonly polledAt: Date | undefined;
}

/** The sources of the figures; undefined means unknown. */
export interface StateSources {
  readonly quota: () => QuotaView | undefined;
  /** In seconds, by reason. */
  readonly waiting: () => Figures;
  readonly current: () => MetricsSnapshot | undefined;
}

interface StateGauge {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  /** Absent where there is one figure only. */
  readonly label?: string;
  readonly read: (sources: StateSources) => Figures | number | undefined;
}

const gauges: readonly StateGauge[] = [
  {
    name: 'quota_limit_requests',
    help: 'Requests that a window allows.',
    label: 'window',
    read: byWindow((kind, view) => limitOf(kind, view.known(), view.settings)),
  },
  {
    name: 'quota_used_requests',
    help: 'Requests that count as used in the current window, those of other programs included.',
    label: 'window',
    read: byWindow((kind, view) => usedIn(kind, view.known(), view.nowMs(), view.settings)),
  },
  {
    name: 'waiting_seconds',
    help: 'How long the run is going to wait: for the quota, because Strava is away, or for another try; 0 where it does not.',
    label: 'reason',
    read: ({ waiting }) => waiting(),
  },
  {
    name: 'backlog_activities',
    help: 'Activities whose streams or details are still to be fetched.',
    label: 'part',
    read: ({ current }) => current()?.backlog,
  },
  {
    name: 'parked',
    help: 'Streams and details of activities that rest after failures, and records that could not be stored.',
    label: 'part',
    read: ({ current }) => current()?.parked,
  },
  {
    name: 'athletes',
    help: 'Athletes who are logged in, and who have to log in again.',
    label: 'login',
    read: ({ current }) => current()?.logins,
  },
  {
    name: 'last_success_timestamp_seconds',
    help: 'When the list of the athlete who waits longest was last polled; absent where one never was.',
    read: ({ current }) => secondsOf(current()?.polledAt),
  },
  {
    name: 'mongodb_up',
    help: 'Whether MongoDB answered this scrape; without it, what only it knows is absent.',
    read: ({ current }) => (current() === undefined ? 0 : 1),
  },
];

export function addStateGauges(registry: Registry, sources: StateSources): void {
  for (const { name, help, label, read } of gauges) {
    new Gauge({
      name: `domestique_${name}`,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [registry],
      collect() {
        const found = read(sources);
        if (label === undefined) this.remove();
        else this.reset();
        if (typeof found === 'number') this.set(found);
        else if (label !== undefined) {
          for (const [each, figure] of Object.entries(found ?? {}))
            this.set({ [label]: each }, figure);
        }
      },
    });
  }
}

function byWindow(read: (kind: WindowKind, view: QuotaView) => number): StateGauge['read'] {
  return ({ quota }) => {
    const view = quota();
    return view && Object.fromEntries(windowKinds.map((kind) => [kind, read(kind, view)]));
  };
}

function secondsOf(at: Date | undefined): number | undefined {
  return at && at.getTime() / 1_000;
}
