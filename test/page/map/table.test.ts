import { describe, expect, it } from 'vitest';
import { createFormat } from '../../../src/page/lib/format.js';
import { toHtml } from '../../../src/page/lib/tree.js';
import { pointerList, statusText, trackTable } from '../../../src/page/map/table.js';
import { trackOf } from '../../../src/page/map/track-store.js';
import { rowOf } from '../row.ts';

const format = createFormat({ units: 'metric', locale: 'en-GB', timeZone: 'UTC' });
const reader = { format, athlete: '1001' };
const name = '<img src=x onerror=alert(1)>';

function tracks(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const row = rowOf({ id: String(index), name });
    const track = trackOf({ id: row.id, line: '_p~iF~ps|U' }, new Map([[row.id, row]]));
    if (track === undefined) throw new Error('The line has a point.');
    return track;
  });
}

describe('the table beside the map', () => {
  it('links the activities, whose names are only text', () => {
    const html = trackTable(tracks(1), reader).map(toHtml).join('');
    expect(html).toContain('href="/activities/0?athlete=1001"');
    expect(html).toContain('&lt;img');
    expect(html).not.toContain('<img');
    expect(html).toContain('>22 Nov 2026</td>');
    expect(html).toContain('>42.00 km</td>');
  });

  it("has the day by the reader's clock where that of the place is unknown", () => {
    const row = rowOf({ local: '' });
    const track = trackOf({ id: row.id, line: '_p~iF~ps|U' }, new Map([[row.id, row]]));
    const both = [trackTable, pointerList].map((write) =>
      write(track === undefined ? [] : [track], reader)
        .map(toHtml)
        .join(''),
    );
    for (const html of both) expect(html).toContain('22 Nov 2026');
  });

  it('ends where nobody reads on, and says how many are left', () => {
    const html = trackTable(tracks(1_052), reader).map(toHtml).join('');
    expect(html.match(/data-id=/g)).toHaveLength(50);
    expect(html).toContain('… and 1,002 more. Zoom in to see them.');
    expect(trackTable(tracks(50), reader).map(toHtml).join('')).not.toContain('more');
  });

  it('says that there is nothing', () => {
    expect(trackTable([], reader).map(toHtml).join('')).toContain('No track in this part');
  });

  it('says how many of the chosen tracks it is about', () => {
    expect(statusText(12, 4_900, format)).toBe('12 of 4,900 tracks pass here.');
    expect(statusText(0, 0, format)).toBe('No activity with a track is left by this choice.');
  });
});

describe('the list under the pointer', () => {
  it('names eight and counts the others', () => {
    const html = pointerList(tracks(11), reader).map(toHtml).join('');
    expect(html.match(/<li>/g)).toHaveLength(8);
    expect(html).toContain('… and 3 more');
    expect(html).not.toContain('<img');
  });
});

describe('a track of the API', () => {
  const rows = new Map([['1', rowOf({ id: '1' })]]);

  it('is none where the list of activities does not have it yet', () => {
    expect(trackOf({ id: '2', line: '_p~iF~ps|U' }, rows)).toBeUndefined();
  });

  it('is none without a point', () => {
    expect(trackOf({ id: '1', line: '' }, rows)).toBeUndefined();
  });
});
