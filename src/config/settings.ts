/**
 * All settings as one convict schema, and as a list. File keys are the schema's keys.
 */
import { athleteSettings } from './athlete-settings.ts';
import { databaseSettings, programSettings } from './program-settings.ts';
import type { Declaration, ValuesOf } from './setting.ts';
import { strava } from './strava-settings.ts';
import { syncSettings } from './sync-settings.ts';

/** convict's schema: a property for each setting, in the order of the docs. */
export const schema = {
  strava,
  ...databaseSettings,
  ...syncSettings,
  ...athleteSettings,
  ...programSettings,
};

/** The checked values by file key. */
export type Values = ValuesOf<typeof schema>;

/** A section of the schema. */
export interface Section {
  readonly [key: string]: Section | Declaration;
}

/** A declaration with its place in a configuration file, keys joined by dots. */
export interface Setting extends Declaration {
  readonly keyPath: string;
}

/** Every setting, in the order of the docs. */
export const allSettings: readonly Setting[] = settingsOf(schema, '');

/** Every variable that the program reads, those that name a secret's file included. */
export const variableNames: readonly string[] = allSettings.flatMap(({ env, hasFileVariable }) =>
  hasFileVariable === true ? [env, `${env}_FILE`] : [env],
);

/** Distinguishes a setting from a section. */
export function isSetting(node: Section | Declaration): node is Declaration {
  return typeof node.env === 'string';
}

function settingsOf(section: Section, prefix: string): readonly Setting[] {
  return Object.entries(section).flatMap(([key, node]) =>
    isSetting(node) ? [{ ...node, keyPath: prefix + key }] : settingsOf(node, `${prefix}${key}.`),
  );
}
