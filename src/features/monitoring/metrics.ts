/**
 * The daemon's metrics for Prometheus, in a registry of its own. They only watch: each is counted where
 * something happened, or read at each scrape. No label names an athlete, an activity or a secret.
 */
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import type { Clock } from '../../clock.ts';
import type { QuotaView } from '../../sync/quota-view.ts';
import type { Job } from '../../sync/job.ts';
import { createRunObservation } from './run-metrics.ts';
import type { MetricsSnapshot } from './state-gauges.ts';
import { addStateGauges } from './state-gauges.ts';

type Exchanged = (exchange: { readonly endpoint: string; readonly outcome: string }) => void;

/** What is there once the database is open. */
export interface MetricSources {
  readonly quota: QuotaView;
  /** Queries the database; undefined if it does not respond in time. */
  readonly current: () => Promise<MetricsSnapshot | undefined>;
}

export interface Metrics {
  readonly contentType: string;
  /** The text format of Prometheus. */
  readonly render: () => Promise<string>;
  /** A request to Strava ended. */
  readonly exchanged: Exchanged;
  /** MongoDB was away, and is tried again. */
  readonly mongoTried: () => void;
  /** The same job, whose runs are followed; `nowMs` is Strava's time. */
  readonly observe: (job: Job, nowMs: () => number) => Job;
  readonly connect: (sources: MetricSources) => void;
}

export function createMetrics(clock: Clock): Metrics {
  const registry = new Registry();
  const exchanged = createExchangeCounters(registry);
  const runs = createRunObservation(registry, clock);
  const retries = new Counter({
    name: 'domestique_mongodb_retries_total',
    help: 'Tries of operations after one that failed because MongoDB was away.',
    registers: [registry],
  });
  let sources: MetricSources | undefined;
  let current: MetricsSnapshot | undefined;
  addStateGauges(registry, {
    quota: () => sources?.quota,
    waiting: runs.waiting,
    current: () => current,
  });
  addProcessFigures(registry);
  return {
    contentType: registry.contentType,
    render: async () => {
      current = await sources?.current();
      return registry.metrics();
    },
    exchanged,
    mongoTried: () => {
      retries.inc();
    },
    observe: runs.observe,
    connect: (given) => {
      sources = given;
    },
  };
}

function createExchangeCounters(registry: Registry): Exchanged {
  const registers = [registry];
  const requests = new Counter({
    name: 'domestique_requests_total',
    help: 'Requests to Strava that ended, by what they were for and how they ended.',
    labelNames: ['endpoint', 'outcome'],
    registers,
  });
  const refreshes = new Counter({
    name: 'domestique_token_refreshes_total',
    help: 'Refreshes of an access token, by what Strava said.',
    labelNames: ['result'],
    registers,
  });
  for (const result of ['renewed', 'rejected', 'failed']) refreshes.inc({ result }, 0);
  return ({ endpoint, outcome }) => {
    requests.inc({ endpoint, outcome });
    if (endpoint === 'token') refreshes.inc({ result: refreshResult(outcome) });
  };
}

/** The daemon requests a token only to renew one. */
function refreshResult(outcome: string): 'renewed' | 'rejected' | 'failed' {
  if (outcome === 'ok') return 'renewed';
  return outcome === 'rejected' || outcome === 'unauthorized' ? 'rejected' : 'failed';
}

/** What a timer of 10 ms measures would wake an idle daemon a hundred times a second. */
const sampled = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'];
const hourMs = 3_600_000;

/** Under the names that every client of Prometheus gives them, so that ready-made dashboards find them. */
function addProcessFigures(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: hourMs });
  for (const each of sampled) registry.removeSingleMetric(`nodejs_eventloop_lag_${each}_seconds`);
}
