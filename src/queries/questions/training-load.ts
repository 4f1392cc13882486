/**
 * The question about the load of training by heart rate.
 */
import type { Recipe } from '../recipe.ts';
import { highest, limit, ofAthlete, resting, sex } from '../recipe.ts';
import { recordedStart, trainingDays } from '../training-days.ts';

export const trainingLoad: readonly Recipe[] = [
  {
    name: 'training-load',
    topic: 'Training',
    collection: 'activities',
    reach: 'whole',
    title: 'How hard did I train by heart rate, and how fit and tired was I, day by day?',
    groupedBy: 'day',
    parameters: ['athlete', 'resting', 'highest', 'sex', 'limit'],
    examples: { limit: '14' },
    pipeline: [
      ofAthlete(recordedStart),
      ...trainingDays({ resting, highest, sex }),
      { $sort: { _id: -1 } },
      { $limit: limit },
      { $set: { _id: { $dateToString: { format: '%Y-%m-%d', date: '$_id' } } } },
    ],
    answer: { _id: '2026-11-22', load: 84.2, fitness: 51.7, fatigue: 63.9, form: -12.2 },
    note: [
      'The load is Banister’s TRIMP (Modeling Elite Athletic Performance, 1991): minutes × r × 0.64 × e^(1.92 r) for men, minutes × r × 0.86 × e^(1.67 r) for women.',
      'r is the share of the heart rate reserve, (heart rate − resting) / (highest − resting), of each step of five beats in `derived`, in its middle.',
      'Without `resting`, `highest` and `sex`, `query` takes the athlete’s: the settings `ATHLETE_…`, else Strava’s own values, else the defaults. Nothing of it is computed ahead, so a new value needs no rebuild. An activity without heart rate counts as no load.',
      'Fitness and fatigue are averages with exponential weights over 42 and 7 days, as in Coggan’s and Allen’s Performance Manager: each day takes in 1/42 or 1/7 of what the load differs. They begin with zero, so the first weeks say little.',
      'Form is fitness − fatigue of the day before. Days without an activity are there, up to the last activity’s.',
    ].join(' '),
  },
];
