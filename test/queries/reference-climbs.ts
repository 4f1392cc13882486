/**
 * The expected answers to the questions about climbs. The climbs of a recording come from the code that
 * test/domain/derived/climbs.test.ts compares with a search of all pairs; the rest is computed here.
 */
import type { Climb } from '../../src/domain/derived/climbs.ts';
import { climbsOf, gradientMeters } from '../../src/domain/derived/climbs.ts';
import { profileOf } from '../../src/domain/derived/profile.ts';
import type { Sample } from '../../src/domain/activity/streams.ts';
import type { Truth } from './fixture.ts';
import type { Answer } from './reference-totals.ts';
import { byKey, yearOf } from './reference-totals.ts';

/** The climbs of one recording. */
export function climbsOfOne(one: Truth): readonly Climb[] {
  const profile = profileOfOne(one);
  return profile === undefined ? [] : climbsOf(profile);
}

function profileOfOne({ streams }: Truth) {
  const streamOf = (key: string): readonly Sample[] => (streams?.[key] ?? []) as readonly Sample[];
  return profileOf({
    time: streamOf('time'),
    distance: streamOf('distance'),
    altitude: streamOf('altitude'),
  });
}

function climbs(truth: readonly Truth[]) {
  return truth.flatMap((one) => {
    const { name, start_date_local } = one.summary;
    return climbsOfOne(one).map((climb) => {
      const { from_m, length, gain, gradient, steepest, category, seconds } = climb;
      const shown = { from_m, length, gain, gradient, steepest, category, seconds };
      return { one, shown: { _id: one.id, name, start_date_local, ...shown } };
    });
  });
}

export function hardestClimbs(truth: readonly Truth[], limit: number): Answer {
  return byKey(
    climbs(truth).map(({ shown }) => shown),
    ({ gain }) => -gain,
    ({ _id }) => _id,
    ({ from_m }) => from_m,
  ).slice(0, limit);
}

export function fastestClimbs(truth: readonly Truth[], least: number, limit: number): Answer {
  return byKey(
    climbs(truth).flatMap(({ shown }) =>
      shown.gain >= least ? [{ ...shown, vam: shown.gain / (shown.seconds / 3_600) }] : [],
    ),
    ({ vam }) => -vam,
    ({ _id }) => _id,
    ({ from_m }) => from_m,
  ).slice(0, limit);
}

export function steepMeters(truth: readonly Truth[], least: number, limit: number): Answer {
  const rows = truth.flatMap((one) => {
    const profile = profileOfOne(one);
    let steep_meters = 0;
    for (const { percent, meters } of profile === undefined ? [] : gradientMeters(profile))
      if (percent >= least) steep_meters += meters;
    const { name, start_date_local } = one.summary;
    return steep_meters > 0 ? [{ _id: one.id, name, start_date_local, steep_meters }] : [];
  });
  return byKey(
    rows,
    ({ steep_meters }) => -steep_meters,
    ({ _id }) => _id,
  ).slice(0, limit);
}

export function climbsByYear(truth: readonly Truth[]): Answer {
  const years = Map.groupBy(climbs(truth), ({ one }) => yearOf(one));
  const rows = [...years].map(([_id, own]) => {
    const count = (wanted: number): number =>
      own.filter(({ shown }) => shown.category === wanted).length;
    return {
      _id,
      climbs: own.length,
      gain: own.reduce((sum, { shown }) => sum + shown.gain, 0),
      hors_categorie: count(5),
      category_1: count(4),
      category_2: count(3),
      category_3: count(2),
      category_4: count(1),
    };
  });
  return byKey(rows, ({ _id }) => -Number(_id));
}

/** Of activities with the same positions, whose climbs are the same in the same order. */
export function routeClimbs(truth: readonly Truth[], one: Truth): Answer {
  const onRoute = truth.filter(
    ({ summary, streams }) =>
      summary.sport_type === one.summary.sport_type &&
      JSON.stringify(streams?.['latlng']) === JSON.stringify(one.streams?.['latlng']),
  );
  return climbsOfOne(one).map(({ from_m, length, gain }, index) => {
    const times = onRoute.flatMap(({ id, summary, ...other }) => {
      const seconds = climbsOfOne({ id, summary, ...other })[index]?.seconds;
      return seconds === undefined ? [] : [{ id, seconds, at: summary.start_date_local }];
    });
    const [best] = byKey(
      times,
      ({ seconds }) => seconds,
      ({ id }) => id,
    );
    return {
      ...{ _id: from_m, length, gain, ascents: times.length, seconds: best?.seconds },
      ...{ activity_id: best?.id, start_date_local: best?.at },
    };
  });
}
