import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';

import { recipes } from '../../src/queries/recipes.ts';

/** What is unique in the documents of an answer, where it is neither their id nor what they are grouped by. */
const uniqueKeys: Readonly<Record<string, readonly string[]>> = {
  'best-distance-of-one': ['from', 'to'],
  'best-power-of-one': ['from', 'to'],
  'best-time-of-one': ['from', 'to'],
  streaks: ['from'],
  'hardest-climbs': ['_id', 'from_m'],
  'fastest-climbs': ['_id', 'from_m'],
};

/** The order in which each `$limit` cuts, with the stages that lead to it. */
function cutsOf(pipeline: readonly Document[]): readonly { sort: Document; before: Document[] }[] {
  return pipeline.flatMap((stage, index) => {
    if (!('$limit' in stage)) return [];
    const at = pipeline.findLastIndex((one, place) => place < index && '$sort' in one);
    const sort = (pipeline[at]?.['$sort'] ?? {}) as Document;
    return [{ sort, before: pipeline.slice(0, Math.max(at, 0)) }];
  });
}

/** The parts of what the documents are grouped by; an activity unwound is unique by no id. */
function idsAfter(stages: readonly Document[]): readonly string[] | undefined {
  const grouped = stages.findLastIndex((stage) => '$group' in stage);
  if (stages.slice(grouped + 1).some((stage) => '$unwind' in stage)) return undefined;
  const { _id } = (stages[grouped]?.['$group'] ?? {}) as { _id?: unknown };
  const parts = Object.keys(Object(_id) as object);
  const isComposed = typeof _id === 'object' && parts.every((part) => !part.startsWith('$'));
  return isComposed ? parts.map((part) => `_id.${part}`) : ['_id'];
}

const limited = recipes.flatMap(({ name, pipeline }) =>
  cutsOf(pipeline).map((cut) => ({ name, ...cut })),
);

describe('a question with a limit', () => {
  it.each(limited)(
    'a question with a limit cuts off ties by a unique field in $name',
    ({ name, sort, before }) => {
      const ids = idsAfter(before);
      const keys = Object.keys(sort);
      const isById = ids?.every((id) => keys.includes(id)) ?? false;
      if (!isById) expect(keys).toEqual(expect.arrayContaining([...(uniqueKeys[name] ?? ['?'])]));
    },
  );

  it('a question with a limit has its limit in its pipeline', () => {
    const names = new Set(limited.map(({ name }) => name));
    const asked = recipes.filter(({ parameters }) => parameters.includes('limit'));
    expect(asked.filter(({ name }) => !names.has(name))).toEqual([]);
  });
});
