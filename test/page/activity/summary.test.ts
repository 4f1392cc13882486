import { describe, expect, it } from 'vitest';
import type { StreamsState } from '../../../src/features/page/api/types/common.ts';
import {
  activityFigures,
  activityHead,
  missingActivity,
  missingRecordingText,
} from '../../../src/page/activity/summary.js';
import { createFormat } from '../../../src/page/lib/format.js';
import { toHtml } from '../../../src/page/lib/tree.js';
import { detailOf } from './activity-detail.ts';

const format = createFormat({ units: 'metric', locale: 'en-GB', timeZone: 'UTC' });

function textOf(tree: Parameters<typeof toHtml>[0]): string {
  return toHtml(tree)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

describe('the head of an activity', () => {
  it('says what it was, when, with what, and where to take it', () => {
    const html = toHtml(activityHead(detailOf({ isPrivate: true, isOfExport: true }), format));
    for (const text of ['Over the hills', '22 Nov 2026', '15:15', '(Europe/Vienna)', 'Run', 'Ada'])
      expect(html).toContain(text);
    expect(html).toContain('<li class="tag">Only me</li><li class="tag">From the export</li>');
    expect(html).toContain('href="/api/v1/activities/12345678901.gpx"');
    expect(html).toContain('href="/api/v1/activities/12345678901.geojson"');
    expect(html).toContain('href="https://www.strava.com/activities/12345678901"');
  });

  it('names the place of the start beside the time, and nothing where it is unknown', () => {
    const whenOf = (place: string) =>
      /<p class="activity-when">(.*?)<\/p>/.exec(
        toHtml(activityHead(detailOf({ place }), format)),
      )?.[1];
    expect(whenOf('Wien, <Austria>')).toMatch(/<\/time> · <bdi>Wien, &lt;Austria&gt;<\/bdi>$/);
    expect(whenOf('')).toMatch(/<\/time>$/);
  });

  it('writes what an athlete typed as text', () => {
    const name = '<script>alert("1")</script>';
    const html = toHtml(activityHead(detailOf({ name, description: '<b>&' }), format));
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
    expect(html).toContain('&lt;b&gt;&amp;');
  });

  it('has a title for an activity without a name, and the time of the reader without a local one', () => {
    const text = textOf(activityHead(detailOf({ name: '', local: '' }), format));
    expect(text).toContain('Untitled activity');
    expect(text).toContain('14:15');
  });

  it('offers no files without a recording', () => {
    expect(toHtml(activityHead(detailOf({ streams: 'pending' }), format))).not.toContain('.gpx');
  });
});

describe('the figures of an activity', () => {
  it('have the pace of a run, both feet of its cadence, and each maximum', () => {
    const text = textOf(activityFigures(detailOf(), format));
    for (const figure of [
      ...['Distance 10.00 km', 'Moving time 50:00', 'Elapsed time 51:40', 'Climbing 210 m'],
      ...['Pace 5:00 /km fastest 3:20 /km', 'Heart rate 151 bpm at most 178 bpm'],
      ...['Cadence 168 steps/min', 'Energy 800 kcal', 'Kudos 3'],
    ])
      expect(text).toContain(figure);
    expect(text).not.toContain('Power');
  });

  it('leave out what an activity without a distance does not have', () => {
    const gym = detailOf({
      ...{ sport: 'WeightTraining', distance: 0, averageSpeed: 0, maxSpeed: 0, climbing: 0 },
      ...{ elapsedTime: 3_000, heartrate: null, maxHeartrate: null, cadence: null, kudos: 0 },
      ...{ temperature: null, calories: null },
    });
    expect(textOf(activityFigures(gym, format))).toBe('Moving time 50:00');
  });

  it('compute the average speed that Strava does not name', () => {
    const text = textOf(activityFigures(detailOf({ averageSpeed: null, sport: 'Ride' }), format));
    expect(text).toContain('Speed 12.0 km/h');
  });
});

describe('the sentence about a missing recording', () => {
  it.each<[StreamsState, Partial<ReturnType<typeof detailOf>>, string]>([
    ['stored', {}, ''],
    ['pending', {}, 'still to come'],
    ['parked', { streamsReason: 'Strava answered 500' }, 'The last answer: Strava answered 500.'],
    ['none', { isManual: true, streamsReason: 'entered by hand' }, 'entered by hand: there is no'],
    ['none', {}, 'Strava has no recording of this activity.'],
  ])('fits the state %s with %j', (streams, fields, text) => {
    const sentence = missingRecordingText(detailOf({ streams, ...fields }));
    if (text === '') expect(sentence).toBe('');
    else expect(sentence).toContain(text);
  });

  it('names the way back where the activity is not there', () => {
    const html = toHtml(missingActivity('There is no activity 99.'));
    expect(html).toContain('There is no activity 99.');
    expect(html).toContain('href="/activities"');
  });
});
