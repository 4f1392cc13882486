import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type {
  ListCoverage,
  ListRequest,
  PageOutcome,
} from '../../../src/domain/sync/list-coverage.ts';
import {
  addSpan,
  afterPage,
  afterPoll,
  afterPolledPage,
  isLeftToPoll,
  joinCoverage,
  nextListRequest,
  nothingCovered,
  pageSize,
} from '../../../src/domain/sync/list-coverage.ts';
import { paginate } from './list-world.ts';

const everything = { sinceS: 0 };
const nowS = 1_000_000;

/** The page of a list of starts, newest first, as Strava would serve it. */
function serve(
  starts: readonly number[],
  request: ListRequest,
  size = pageSize,
  isKnown: (startS: number) => boolean = () => false,
): PageOutcome {
  const from = (request.page - 1) * size;
  const startsS = starts
    .filter((startS) => request.beforeS === undefined || startS < request.beforeS)
    .slice(from, from + size);
  return {
    request,
    requestedAtS: nowS,
    startsS,
    count: startsS.length,
    isFull: startsS.length >= size,
    isEveryRecordNew: startsS.length > 0 && !startsS.some(isKnown),
  };
}

function page(starts: readonly number[], size: number, goal = everything, from = nothingCovered) {
  const requests: ListRequest[] = [];
  let coverage: ListCoverage = from;
  for (;;) {
    const request = nextListRequest(coverage, goal);
    if (request === undefined || requests.length > 100) return { coverage, requests };
    requests.push(request);
    coverage = afterPage(coverage, serve(starts, request, size), goal);
  }
}

const thousand = Array.from({ length: 1_000 }, (_, index) => 900_000 - 700 * index);

describe('the pagination of a list', () => {
  it('the pagination of a list reads 1,000 activities with at most eight requests, and afterwards needs the poll alone', () => {
    const { coverage, requests } = page(thousand, pageSize);
    expect(requests.length).toBeLessThanOrEqual(8);
    const known = serve(thousand, { page: 1 }, pageSize, () => true);
    const polled = afterPoll(coverage, known, everything);
    expect(polled).toEqual({ spans: [{ fromS: 0, toS: nowS }] });
    expect(nextListRequest(polled, everything)).toBeUndefined();
  });

  it('the pagination of a list ends after one request where there is no activity at all', () => {
    const { coverage, requests } = page([], pageSize);
    expect(requests).toEqual([{ page: 1 }]);
    expect(coverage.spans).toEqual([{ fromS: 0, toS: nowS }]);
  });

  it('the pagination of a list asks for no more than the goal needs', () => {
    const { requests, coverage } = page(thousand, pageSize, { sinceS: 900_000 - 700 * 250 });
    expect(requests).toHaveLength(2);
    expect(nextListRequest(coverage, { sinceS: 900_000 - 700 * 250 })).toBeUndefined();
    expect(nextListRequest(coverage, everything)?.page).toBe(1);
  });

  it('the pagination of a list begins below the end of a goal that has one', () => {
    const goal = { sinceS: 500_000, untilS: 600_000 };
    expect(nextListRequest(nothingCovered, goal)).toEqual({ beforeS: 600_001, page: 1 });
  });

  it.each([-1, -315_619_200, -59_000_000_000])(
    'the pagination of a list ends where the goal begins in %d, before the epoch',
    (sinceS) => {
      expect(page([900, 800], 2, { sinceS }).requests.length).toBeLessThan(8);
      expect(page([900, -5, -700], 2, { sinceS }).requests.length).toBeLessThan(12);
    },
  );

  it('the pagination of a list reads a group of one start that fills several pages, there and back', () => {
    const starts = [500, 500, 500, 500, 500, 400];
    const { requests, coverage } = page(starts, 2);
    const group = requests.filter(({ beforeS }) => beforeS === 501).map(({ page }) => page);
    expect(group).toEqual([1, 2, 3, 2, 1]);
    expect(coverage.spans).toEqual([{ fromS: 0, toS: nowS }]);
  });

  it('the pagination of a list does not believe one empty page below an activity that it has just seen', () => {
    const half = afterPage(nothingCovered, serve(thousand, { page: 1 }), everything);
    const request = nextListRequest(half, everything);
    expect(request?.beforeS).toBe(900_000 - 700 * 199 + 1);
    const empty = afterPage(half, serve([], request ?? { page: 9 }), everything);
    expect(empty.spans).toEqual(half.spans);
    expect(nextListRequest(empty, everything)).toEqual({ ...request, page: 2 });
  });

  it('the pagination of a list skips a whole page of activities that begin in the future', () => {
    const { coverage } = page([nowS + 500, nowS + 400, 900, 800, 700], 2);
    expect(coverage.spans).toEqual([{ fromS: 0, toS: nowS }]);
  });

  it('the pagination of a list goes on behind a page of nothing but unusable records', () => {
    const request = { beforeS: 500, page: 1 };
    const known = { spans: [{ fromS: 500, toS: nowS }] };
    const unusable = { ...serve([1, 2], request), startsS: [] };
    expect(afterPage(known, unusable, everything).cursor).toEqual({ ...request, page: 2 });
  });

  it('the pagination of a list goes on by time where a short page was not the last', () => {
    const short = { ...serve([900, 800], { page: 1 }, 2), isFull: false };
    const probing = afterPage(nothingCovered, short, everything);
    const request = nextListRequest(probing, everything) ?? { page: 9 };
    expect(request).toEqual({ beforeS: nowS + 1, page: 2 });
    const next = afterPage(probing, serve([900, 800, 700], request, 2), everything);
    expect(nextListRequest(next, everything)).toEqual({ beforeS: 801, page: 1 });
  });
});

describe('a poll of the newest page', () => {
  const whole: ListCoverage = { spans: [{ fromS: 0, toS: 900_000 }] };

  it('a poll of the newest page changes nothing where it is empty and something is known', () => {
    const coverage = { ...whole, cursor: { beforeS: 5, page: 1 } };
    expect(afterPoll(coverage, serve([], { page: 1 }), everything)).toBe(coverage);
  });

  it('a poll of the newest page begins the pagination where nothing is known', () => {
    const polled = afterPoll(nothingCovered, serve(thousand, { page: 1 }), everything);
    expect(polled.spans).toEqual([{ fromS: 900_000 - 700 * 199 + 1, toS: nowS }]);
  });

  it('a poll of the newest page leaves pagination under way where it stands', () => {
    const cursor = { beforeS: 500_001, page: 2 };
    const under = { spans: [{ fromS: 500_001, toS: 900_000 }], cursor };
    const known = serve(thousand, { page: 1 }, pageSize, () => true);
    const polled = afterPoll(under, known, everything);
    expect(polled).toEqual({ spans: [{ fromS: 500_001, toS: nowS }], cursor });
  });

  it('a poll of the newest page finds every activity of a gap that is larger than a page, and then goes on with the old pagination', () => {
    const coverage = { spans: [{ fromS: 700_000, toS: 700_500 }] };
    const polled = afterPoll(coverage, serve(thousand, { page: 1 }), everything);
    expect(polled.spans).toHaveLength(2);
    const { coverage: end } = page(thousand, pageSize, everything, polled);
    expect(end.spans).toEqual([{ fromS: 0, toS: nowS }]);
  });

  it('a poll of the newest page goes on below for as long as whole pages are new, for they were uploaded late', () => {
    const late = new Set(thousand.slice(0, 700));
    const requests: ListRequest[] = [];
    const stored = new Set<number>();
    const isKnown = (startS: number): boolean => !late.has(startS) || stored.has(startS);
    let request: ListRequest | undefined = { page: 1 };
    let coverage: ListCoverage = { spans: [{ fromS: 0, toS: nowS - 60 }] };
    while (request !== undefined) {
      requests.push(request);
      const page: PageOutcome = serve(thousand, request, pageSize, isKnown);
      for (const startS of page.startsS) stored.add(startS);
      coverage =
        requests.length === 1
          ? afterPoll(coverage, page, everything)
          : afterPage(coverage, page, everything);
      request = nextListRequest(coverage, everything);
    }
    expect([...late].filter((startS) => !stored.has(startS))).toEqual([]);
    expect(requests).toHaveLength(4);
  });

  it('together with the pagination finds all that is uploaded after the last poll with a later start', () => {
    const ages = fc.array(fc.nat({ max: 300 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(ages, { maxLength: 6 }),
        fc.integer({ min: 2, max: 5 }),
        (uploads, size) => {
          let starts: number[] = [];
          const seen = new Set<number>();
          let clockS = nowS;
          let coverage = nothingCovered;
          const poll = (request: ListRequest): PageOutcome => {
            const page = {
              ...serve(starts, request, size, (startS) => seen.has(startS)),
              requestedAtS: clockS,
            };
            for (const startS of page.startsS) seen.add(startS);
            return page;
          };
          for (const upload of uploads) {
            const lastS = clockS;
            clockS += 1_000;
            starts = [...new Set([...starts, ...upload.map((age) => lastS + 1 + age)])].sort(
              (one, other) => other - one,
            );
            coverage = afterPoll(coverage, poll({ page: 1 }), everything);
            const request = nextListRequest(coverage, everything);
            if (request !== undefined) coverage = afterPage(coverage, poll(request), everything);
          }
          for (let left = 500; left > 0; left -= 1) {
            const request = nextListRequest(coverage, everything);
            if (request === undefined) break;
            coverage = afterPage(coverage, poll(request), everything);
          }
          expect(starts.filter((startS) => !seen.has(startS))).toEqual([]);
          expect(nextListRequest(coverage, everything)).toBeUndefined();
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('a poll of the newest page needs no further request after the pagination', () => {
    const activities = [5, 5, 4, 3, 3, 3, 1].map((startS, id) => ({
      id,
      startS,
      isVisible: true,
      isUsable: true,
    }));
    const paginated = paginate({
      pageSize: 2,
      goal: everything,
      activities,
      steps: [],
      isShuffled: false,
      isPolled: false,
    });
    expect(paginated.missed).toEqual([]);
    expect(nextListRequest(paginated.world().poll(), everything)).toBeUndefined();
  });
});

describe('a list of one page', () => {
  const starts = [900, 800, 800];
  const polled = afterPoll(nothingCovered, serve(starts, { page: 1 }), everything);
  const ended = afterPolledPage(polled, serve(starts, { beforeS: nowS + 1, page: 2 }), everything);
  const poll = (page: Partial<PageOutcome>): ListCoverage =>
    afterPoll(
      ended,
      {
        ...serve(starts, { page: 1 }, pageSize, () => true),
        requestedAtS: nowS + 900,
        ...page,
      },
      everything,
    );

  it('a list of one page is complete after the empty page behind it', () => {
    expect(nextListRequest(polled, everything)).toEqual({ beforeS: nowS + 1, page: 2 });
    expect(ended.spans).toEqual([{ fromS: 0, toS: nowS }]);
    expect(nextListRequest(ended, everything)).toBeUndefined();
  });

  it('a list of one page is settled by a poll that shows nothing newer', () => {
    expect(isLeftToPoll(ended)).toBe(true);
    expect(poll({})).toEqual({ spans: [{ fromS: 0, toS: nowS + 900 }] });
    expect(poll({ startsS: [], count: 0 })).toBe(ended);
  });

  it('a list of one page is read once more behind a poll that shows something newer', () => {
    const newer = poll({ startsS: [nowS + 5, ...starts] });
    expect(newer.spans).toEqual([{ fromS: 801, toS: nowS + 900 }]);
    const request = { beforeS: nowS + 901, page: 2 };
    expect(nextListRequest(newer, everything)).toEqual(request);
    const again = afterPolledPage(newer, serve([], request), everything);
    expect(nextListRequest(again, everything)).toBeUndefined();
    expect(nextListRequest(poll({ isEveryRecordNew: true }), everything)).toEqual(request);
  });

  it('a list of one page is read there and back where its period ends before the poll', () => {
    const goal = { sinceS: 0, untilS: 950 };
    const first = afterPolledPage(nothingCovered, serve(starts, { beforeS: 951, page: 1 }), goal);
    const behind = afterPolledPage(first, serve(starts, { beforeS: 951, page: 2 }), goal);
    expect(nextListRequest(behind, goal)).toEqual({ beforeS: 951, page: 1, reachedS: 0 });
  });

  it('a list of one page that another reading completed still waits for the poll', () => {
    expect(joinCoverage(nothingCovered, ended)).toEqual(ended);
    expect(joinCoverage(polled, ended)).toEqual(ended);
    const cursor = { beforeS: 5, page: 1 };
    expect(joinCoverage({ spans: [], cursor }, ended)).toEqual({ spans: ended.spans, cursor });
  });
});

describe('the spans of a list', () => {
  const anySpan = fc
    .tuple(fc.nat({ max: 60 }), fc.nat({ max: 10 }))
    .map(([fromS, length]) => ({ fromS, toS: fromS + length }));

  it('the spans of a list hold every second that was added and no other, apart from each other, newest first', () => {
    fc.assert(
      fc.property(fc.array(anySpan), (added) => {
        const spans = added.reduce<ListCoverage['spans']>(addSpan, []);
        for (let second = -2; second < 80; second += 1) {
          const isIn = (span: { fromS: number; toS: number }) =>
            span.fromS <= second && second <= span.toS;
          expect(spans.some(isIn)).toBe(added.some(isIn));
        }
        spans.slice(1).forEach((span, index) => {
          expect(span.toS).toBeLessThan((spans[index]?.fromS ?? 0) - 1);
        });
      }),
    );
  });
});
