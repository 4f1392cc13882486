/**
 * Questions about places: near a point, through an area, and a heat map.
 */
import type { Document } from 'mongodb';
import { cellIndices, cellRows, heatMapOf, maxCell } from '../cell-counts.ts';
import type { Recipe } from '../recipe.ts';
import { exampleSummary, limit, Name, ofAthlete, summary } from '../recipe.ts';

const selective = { topic: 'Places', collection: 'activities', reach: 'selective' } as const;
const newestFirst = [{ $sort: { start_date_local: -1, _id: 1 } }, { $project: summary }];

const through = (rings: Name | readonly Name[]) => ({
  $geoIntersects: { $geometry: { type: 'Polygon', coordinates: rings } },
});
const ring = [new Name('ring')];
const hint = 'track_athlete';

/** A list of numbers that are not negative. */
const packed = { $type: 'array', $not: { $elemMatch: { $not: { $gte: 0 } } } };
const degrees = (cells: Document, zero: number): Document => ({
  $divide: [{ $subtract: [cells, zero * 1_000] }, 1_000],
});

export const places: readonly Recipe[] = [
  {
    ...selective,
    name: 'near',
    title: 'Which activities passed near a point?',
    parameters: ['athlete', 'lng', 'lat', 'radius'],
    hint,
    circle: { lng: new Name('lng'), lat: new Name('lat'), radius: new Name('radius') },
    pipeline: [ofAthlete({ track: through(ring) }), ...newestFirst],
    answer: exampleSummary,
    note: 'The radius is in metres, and the ring differs from the circle by at most 1 % of it. With `$geoNear` and `key: "track"` the closest come first, but MongoDB reads far more activities for that.',
  },
  {
    ...selective,
    name: 'through',
    title: 'Which activities passed through an area?',
    parameters: ['athlete', 'polygon'],
    hint,
    pipeline: [ofAthlete({ track: through(new Name('polygon')) }), ...newestFirst],
    answer: exampleSummary,
    note: 'The polygon is a list of rings, as in GeoJSON: the outer one, then its holes. The first and the last corner of a ring are the same.',
  },
  {
    ...selective,
    reach: 'whole',
    name: 'heat-map',
    title: 'Which points of a map were passed the most?',
    parameters: ['athlete', 'limit'],
    examples: { limit: '1000' },
    folded: { stages: 2, fold: heatMapOf },
    pipeline: [
      ofAthlete({ 'derived.cells': packed }),
      { $project: { _id: 0, cell: '$derived.cells' } },
      { $unwind: '$cell' },
      // One computation for each cell. The samples are what the sum is above the index.
      {
        $group: {
          _id: { $mod: ['$cell', cellIndices] },
          sum: { $sum: '$cell' },
          activities: { $sum: 1 },
        },
      },
      { $match: { _id: { $gte: 0, $lte: maxCell } } },
      {
        $set: {
          samples: {
            $round: {
              $divide: [
                { $subtract: ['$sum', { $multiply: ['$_id', '$activities'] }] },
                cellIndices,
              ],
            },
          },
        },
      },
      { $sort: { samples: -1, _id: 1 } },
      { $limit: limit },
      {
        $project: {
          _id: 0,
          lng: degrees({ $floor: { $divide: ['$_id', cellRows] } }, 180),
          lat: degrees({ $mod: ['$_id', cellRows] }, 90),
          samples: 1,
          activities: 1,
        },
      },
    ],
    answer: { samples: 4210, activities: 96, lng: 16.374, lat: 48.208 },
    note: 'On a grid of 0.001°, which is about 100 m.',
  },
];
