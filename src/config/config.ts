/**
 * The shape of the checked configuration, which is handed down by slice. Here the keys of the files
 * become the names that the code uses: with units, and as questions.
 */
import path from 'node:path';

import type { AthleteList } from '../domain/sync/athlete-lists.ts';
import { athleteLists } from '../domain/sync/athlete-lists.ts';
import type { ActivityPart } from '../domain/sync/activity-parts.ts';
import { activityParts } from '../domain/sync/activity-parts.ts';
import type { Values } from './settings.ts';

/** The whole configuration, deeply frozen. */
export type Config = DeepReadonly<ReturnType<typeof toConfig>>;
export type SyncConfig = Config['sync'];
export type PageConfig = Config['page'];
export type HttpConfig = Config['http'];
export type LogConfig = Config['log'];

/** Gives the checked values their shape. Relative paths start at `projectDir`. */
export function createConfig(
  values: Values,
  projectDir: string,
  warnings: readonly string[],
): Config {
  return deepFreeze(toConfig(values, projectDir, warnings));
}

function toConfig(values: Values, projectDir: string, warnings: readonly string[]) {
  const { mongodb, tokenKeyFile, reconcile, keep, webhook, notify, log } = values;
  const { photosFolder, ...sync } = values.sync;
  const dataDir = path.resolve(projectDir, values.dataDir);
  return {
    strava: toStravaConfig(values.strava),
    /** Without `uri` it is the embedded server, on `port`. */
    mongodb: {
      ...(mongodb.uri !== null && { uri: mongodb.uri }),
      database: mongodb.database,
      port: mongodb.port,
    },
    /** Absolute path of the embedded server's home. */
    dataDir,
    /** Whether the files of photos are fetched, and the absolute path of their folder. */
    photoFiles: {
      isOn: sync.photos === 'files',
      folder: photosFolder === null ? photosIn(dataDir) : path.resolve(projectDir, photosFolder),
    },
    /** Absolute path of the file of the logins' keys. Undefined: logins are not encrypted. */
    tokenKeyFile: tokenKeyFile === null ? undefined : path.resolve(projectDir, tokenKeyFile),
    sync: toSyncConfig(sync),
    reconcile: {
      recentIntervalMs: reconcile.recentInterval,
      recentPeriodMs: reconcile.recentPeriod,
      fullIntervalMs: reconcile.fullInterval,
    },
    /** After how many days fetched data is removed again. Undefined: never. */
    retentionDays: values.retentionDays ?? undefined,
    keep: { changesMs: keep.changes, runsMs: keep.runs },
    athlete: toAthleteConfig(values.athlete),
    auth: values.auth,
    http: values.http,
    webhook: {
      /** How often the daemon polls while a subscription is live. */
      pollIntervalMs: webhook.lookInterval,
      onDeauthorization: webhook.deauthorization,
    },
    /** One of the two, or none. */
    notify: {
      command: notify.command ?? undefined,
      url: notify.url ?? undefined,
      isOfNewActivities: notify.newActivity,
    },
    page: toPageConfig(values.page, projectDir),
    /** The places that each export leaves out. */
    export: { hide: values.export.hide ?? [] },
    lease: { durationMs: values.lease.duration },
    /** Without a format: pretty on a terminal, else json. */
    log: { level: log.level, format: log.format ?? undefined },
    /** Warnings for the user, one sentence each. */
    warnings,
  };
}

/** Where the photos' files are by default. */
export function photosIn(dataDir: string): string {
  return path.join(dataDir, 'photos');
}

function toStravaConfig({
  clientId,
  clientSecret,
  timeout,
  quota,
  streamsMaxMegabytes,
  ...rest
}: Values['strava']) {
  return {
    ...(clientId !== null && { clientId }),
    ...(clientSecret !== null && { clientSecret }),
    ...rest,
    quota: {
      short: quota.short,
      shortWindowMs: quota.shortWindow,
      daily: quota.daily,
      dailyWindowMs: quota.dailyWindow,
      /** Whether to use a limit in Strava's headers that is higher than the configured one. */
      isHigherAllowed: quota.allowHigher,
    },
    requestTimeoutMs: timeout,
    maxStreamsBytes: streamsMaxMegabytes * 1_000_000,
  };
}

/** A setting without a value says nothing of any athlete. */
function toAthleteConfig({ restingHeartrate, maxHeartrate, sex }: Values['athlete']) {
  return {
    restingHeartrate: restingHeartrate ?? [],
    maxHeartrate: maxHeartrate ?? [],
    sex: sex ?? [],
  };
}

function toPageConfig({ isOn, host, port, units, ...page }: Values['page'], projectDir: string) {
  const { passwordFile, auth, trustProxy, tilesUrl, tilesAttribution } = page;
  return {
    ...{ isOn, host, port, units },
    /** Absolute path of the password's file. Undefined: the page asks for no password. */
    passwordFile: passwordFile === null ? undefined : path.resolve(projectDir, passwordFile),
    /** Whether a proxy asks for the login. */
    isLoginOfProxy: auth === 'none',
    isProxyTrusted: trustProxy,
    /** The map's background. Undefined: the coast line. */
    tiles:
      tilesUrl === null || tilesAttribution === null
        ? undefined
        : { url: tilesUrl, attribution: tilesAttribution },
  };
}

function toSyncConfig({
  since,
  streams,
  track,
  details,
  segments,
  zones,
  kudoers,
  comments,
  photos,
  savedRoutes,
  starredSegments,
  sports,
  athlete,
  ...rest
}: Omit<Values['sync'], 'photosFolder'>) {
  return {
    /** A text for `parseSince`. It stays a text because `90d` depends on the present. */
    ...(since !== null && { since }),
    ...rest,
    shouldFetchStreams: streams,
    trackSource: track,
    /** Undefined: as each athlete answered. The details name the segments. */
    shouldFetchDetails: segments || (details ?? undefined),
    shouldFetchSegments: segments,
    /** The lists of the athlete beside the activities. */
    lists: listsOf({ saved_routes: savedRoutes, starred_segments: starredSegments }),
    /** The parts of activities beside streams and details. */
    parts: partsOf({ zones, kudoers, comments, photos: photos !== 'none' }),
    /** Whose activities may cost a request of their own. Empty: all. */
    sports: sports ?? [],
    shouldFetchAthlete: athlete,
  };
}

function partsOf(wanted: Readonly<Record<ActivityPart, boolean>>): readonly ActivityPart[] {
  return activityParts.filter((part) => wanted[part]);
}

function listsOf(wanted: Readonly<Record<AthleteList, boolean>>): readonly AthleteList[] {
  return athleteLists.filter((list) => wanted[list]);
}

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

function deepFreeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value as DeepReadonly<T>;
}
