/**
 * What a simulated device recorded, for the encoders of FIT, TCX and GPX.
 */

/** One value for each record; null or absent where the device has none. */
export type SampleColumn = readonly (number | null)[];

/** The records as columns. */
export interface Samples {
  /** Unix seconds. Any order, repetitions and fractions are written as they are. */
  readonly timeS: readonly number[];
  /** Degrees. */
  readonly lat?: SampleColumn;
  readonly lng?: SampleColumn;
  /** Metres. */
  readonly altitude?: SampleColumn;
  readonly distance?: SampleColumn;
  /** A minute. */
  readonly heartrate?: SampleColumn;
  readonly cadence?: SampleColumn;
  readonly watts?: SampleColumn;
  /** Degrees Celsius. */
  readonly temp?: SampleColumn;
}

/** One record of them. */
export type Sample = { readonly timeS: number } & Readonly<
  Record<Exclude<keyof Samples, 'timeS'>, number | null>
>;

/** All records, in the columns' order. */
export function samplesOf(samples: Samples): readonly Sample[] {
  return samples.timeS.map((timeS, index) => ({
    timeS,
    lat: samples.lat?.[index] ?? null,
    lng: samples.lng?.[index] ?? null,
    altitude: samples.altitude?.[index] ?? null,
    distance: samples.distance?.[index] ?? null,
    heartrate: samples.heartrate?.[index] ?? null,
    cadence: samples.cadence?.[index] ?? null,
    watts: samples.watts?.[index] ?? null,
    temp: samples.temp?.[index] ?? null,
  }));
}

/** The records from one index to another, which is not included. */
export function cutSamples(samples: Samples, from: number, to: number): Samples {
  const { timeS, ...columns } = samples;
  const cut = Object.entries(columns).map(
    ([key, column]) => [key, column.slice(from, to)] as const,
  );
  return { timeS: timeS.slice(from, to), ...Object.fromEntries(cut) };
}
