/**
 * Settings that may have another value for each athlete.
 */

export type Sex = 'male' | 'female';

/** The heart rates that a person can have, in beats a minute. The resting one is always below the highest. */
export const heartrateBounds = {
  resting: { min: 25, max: 110 },
  highest: { min: 120, max: 250 },
} as const;

/** A value for one athlete; without an id, for all who have none of their own. */
export interface AthleteValue<T> {
  readonly athleteId?: number;
  readonly value: T;
}

/** What the configuration says of the athletes. */
export interface GivenAthleteSettings {
  /** Beats a minute. */
  readonly restingHeartrate: readonly AthleteValue<number>[];
  /** Beats a minute. */
  readonly maxHeartrate: readonly AthleteValue<number>[];
  readonly sex: readonly AthleteValue<Sex>[];
}

/** What is set for one athlete; a field that is not set is undefined. */
export type AthleteSettings = {
  readonly [K in keyof GivenAthleteSettings]: GivenAthleteSettings[K][number]['value'] | undefined;
};

const entryForm = /^(?:(?<id>[1-9]\d{0,14})\s*:)?\s*(?<text>[^:]+)$/;

/**
 * The values of a text such as `50,1234:46`. Undefined where an entry has another form, where `read`
 * rejects a value, or where two entries are for the same athletes.
 */
export function parseAthleteValues<T>(
  text: string,
  read: (text: string) => T | undefined,
): readonly AthleteValue<T>[] | undefined {
  const values = text.split(',').map((entry): AthleteValue<T> | undefined => {
    const { id, text: own = '' } = entryForm.exec(entry.trim())?.groups ?? {};
    const value = read(own);
    if (value === undefined) return undefined;
    return { ...(id !== undefined && { athleteId: Number(id) }), value };
  });
  const found = values.filter((value) => value !== undefined);
  const ids = new Set(found.map(({ athleteId }) => athleteId));
  return ids.size === values.length ? found : undefined;
}

/** The ids for which there is a value, each once. */
export function namedAthletes(given: GivenAthleteSettings): readonly number[] {
  const ids = Object.values(given).flatMap((values: readonly AthleteValue<unknown>[]) =>
    values.flatMap(({ athleteId }) => athleteId ?? []),
  );
  return [...new Set(ids)];
}

/** The settings of one athlete: the athlete's own values, else those for all. */
export function settingsOfAthlete(
  { restingHeartrate, maxHeartrate, sex }: GivenAthleteSettings,
  athleteId: number,
): AthleteSettings {
  const valueIn = <T>(values: readonly AthleteValue<T>[]): T | undefined => {
    const own = values.find((each) => each.athleteId === athleteId);
    return (own ?? values.find((each) => each.athleteId === undefined))?.value;
  };
  return {
    restingHeartrate: valueIn(restingHeartrate),
    maxHeartrate: valueIn(maxHeartrate),
    sex: valueIn(sex),
  };
}
