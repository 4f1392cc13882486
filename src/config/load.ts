/**
 * Loads the configuration once: whole, checked before anything connects, frozen. It throws all
 * mistakes together, and never a secret with them.
 */
import path from 'node:path';

import { writeDuration } from '../domain/duration.ts';
import { ConfigurationError } from '../errors.ts';
import type { Config, StravaConfig, SyncConfig } from './config.ts';
import { resolveSettings } from './resolution.ts';
import type { LoadOptions, Resolution } from './resolution.ts';
import type { Setting } from './setting.ts';
import { settings } from './settings.ts';

/**
 * The configuration of `config/default.json`, `secrets.json`, `local.json`, the environment and the
 * overrides, the later winning over the earlier.
 *
 * @throws ConfigurationError with one line for each mistake
 */
export function loadConfig(options: LoadOptions): Config {
  return toConfig(resolveChecked(options));
}

/**
 * The sources' texts, of which each is right.
 *
 * @throws ConfigurationError with one line for each mistake
 */
export function resolveChecked(options: LoadOptions): Resolution {
  const resolution = resolveSettings(options);
  const errors = [...resolution.errors, ...contradictions(resolution)];
  if (errors.length > 0) throw new ConfigurationError(errors);
  return resolution;
}

function contradictions(resolution: Resolution): string[] {
  return [...windowContradictions(resolution), ...notifyContradictions(resolution)];
}

function notifyContradictions(resolution: Resolution): string[] {
  const { notifyCommand, notifyUrl } = settings;
  if (resolution.text(notifyCommand) === undefined || resolution.text(notifyUrl) === undefined) {
    return [];
  }
  const [command, url] = [resolution.label(notifyCommand), resolution.label(notifyUrl)];
  return [`${url}: ${command} is set as well; set only one of the two, a command can post as well`];
}

function windowContradictions(resolution: Resolution): string[] {
  const shortWindowMs = read(resolution, settings.quotaShortWindow);
  const dailyWindowMs = read(resolution, settings.quotaDailyWindow);
  if (shortWindowMs === undefined || dailyWindowMs === undefined) return [];
  if (dailyWindowMs >= shortWindowMs) return [];
  // The blame goes to what the user wrote, not to a default that it contradicts.
  const isDailyDefault = resolution.source(settings.quotaDailyWindow) === 'default';
  const blamed = isDailyDefault ? settings.quotaShortWindow : settings.quotaDailyWindow;
  const rule = isDailyDefault
    ? `must be no longer than the daily window, ${writeDuration(dailyWindowMs)}`
    : `must be no shorter than the short window, ${writeDuration(shortWindowMs)}`;
  return [`${resolution.label(blamed)}: ${rule}; for example ${blamed.example}`];
}

function toConfig(resolution: Resolution): Config {
  const get = <T>(setting: Setting<T>) => required(resolution, setting);
  const uri = read(resolution, settings.mongodbUri);
  return deepFreeze({
    strava: toStravaConfig(resolution),
    mongodb: {
      ...(uri === undefined ? {} : { uri }),
      database: get(settings.mongodbDatabase),
      port: get(settings.mongodbPort),
    },
    dataDir: path.resolve(resolution.projectDir, get(settings.dataDir)),
    tokenKeyFile: optionalPath(resolution, settings.tokenKeyFile),
    sync: toSyncConfig(resolution),
    reconcile: {
      recentIntervalMs: get(settings.recentInterval),
      recentPeriodMs: get(settings.recentPeriod),
      fullIntervalMs: get(settings.fullInterval),
    },
    retentionDays: read(resolution, settings.retentionDays),
    keep: { changesMs: get(settings.keepChanges), runsMs: get(settings.keepRuns) },
    auth: { port: get(settings.authPort) },
    http: { host: get(settings.httpHost), port: get(settings.httpPort) },
    webhook: {
      pollIntervalMs: get(settings.webhookLookInterval),
      onDeauthorization: get(settings.webhookDeauthorization),
    },
    notify: {
      command: read(resolution, settings.notifyCommand),
      url: read(resolution, settings.notifyUrl),
    },
    lease: { durationMs: get(settings.leaseDuration) },
    log: { level: get(settings.logLevel), format: read(resolution, settings.logFormat) },
    warnings: [...resolution.warnings],
  });
}

function toStravaConfig(resolution: Resolution): StravaConfig {
  const get = <T>(setting: Setting<T>) => required(resolution, setting);
  const clientId = read(resolution, settings.clientId);
  const clientSecret = read(resolution, settings.clientSecret);
  return {
    ...(clientId === undefined ? {} : { clientId }),
    ...(clientSecret === undefined ? {} : { clientSecret }),
    apiUrl: get(settings.apiUrl),
    oauthUrl: get(settings.oauthUrl),
    scopes: get(settings.scopes),
    quota: {
      short: get(settings.quotaShort),
      shortWindowMs: get(settings.quotaShortWindow),
      daily: get(settings.quotaDaily),
      dailyWindowMs: get(settings.quotaDailyWindow),
      isHigherAllowed: get(settings.isHigherQuotaAllowed),
    },
    requestTimeoutMs: get(settings.requestTimeout),
  };
}

function toSyncConfig(resolution: Resolution): SyncConfig {
  const get = <T>(setting: Setting<T>) => required(resolution, setting);
  const since = read(resolution, settings.since);
  return {
    ...(since === undefined ? {} : { since }),
    schedule: get(settings.schedule),
    timezone: get(settings.timezone),
    shouldFetchStreams: get(settings.shouldFetchStreams),
    trackSource: get(settings.trackSource),
    // The details name the segments.
    shouldFetchDetails: get(settings.shouldFetchDetails) || get(settings.shouldFetchSegments),
    shouldFetchSegments: get(settings.shouldFetchSegments),
    shouldFetchAthlete: get(settings.shouldFetchAthlete),
  };
}

/** An absolute path; undefined where it is not set. */
function optionalPath(resolution: Resolution, setting: Setting<string>): string | undefined {
  const text = read(resolution, setting);
  return text === undefined ? undefined : path.resolve(resolution.projectDir, text);
}

/** The value of a setting; undefined when it is not set, or wrong. */
function read<T>(resolution: Resolution, setting: Setting<T>): T | undefined {
  const text = resolution.text(setting);
  if (text === undefined) return undefined;
  const parsed = setting.format(text);
  return 'value' in parsed ? parsed.value : undefined;
}

function required<T>(resolution: Resolution, setting: Setting<T>): T {
  const value = read(resolution, setting);
  if (value === undefined) throw new TypeError(`${setting.name} was not checked`);
  return value;
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
