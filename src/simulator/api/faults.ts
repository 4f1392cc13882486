/**
 * Decides which requests go wrong, and how: on demand, at random from the seed, or for ever for one
 * activity. It sends nothing itself.
 */
import { partOf } from './endpoints.ts';
import { transientFaults } from './fault-kinds.ts';
import type { FaultKind } from './fault-kinds.ts';
import { createRandom } from '../world/random.ts';
import { isMatch } from './request-log.ts';
import type { RequestEntry, RequestMatch } from './request-log.ts';

export interface FaultPlan {
  /** The next requests of the API that match (one by default) go wrong. */
  next(kind: FaultKind, count?: number, match?: RequestMatch): void;
  /** From now on this share (0 to 1) of the matching requests goes wrong, in one of the ways. */
  rate(share: number, kinds?: readonly FaultKind[], match?: RequestMatch): void;
  /** Every request for this activity goes wrong, for ever. */
  activity(id: number, kind: FaultKind): void;
  /** No more faults; the counts stay. */
  clear(): void;
  /** How many faults of that kind, or of any, have happened. */
  count(kind?: FaultKind): number;
}

export interface FaultChooser {
  readonly plan: FaultPlan;
  choose(entry: RequestEntry): FaultKind | null;
}

interface Rule {
  readonly kind: FaultKind;
  readonly match: RequestMatch;
  left: number;
}

/**
 * A plan without faults. The default match is every API request; OAuth, subscriptions and files stay
 * unaffected.
 */
export function createFaults(seed: number): FaultChooser {
  const random = createRandom(seed, 'faults');
  const happened = new Map<FaultKind, number>();
  const poisoned = new Map<number, FaultKind>();
  let rules: Rule[] = [];
  let mix: { share: number; kinds: readonly FaultKind[]; match: RequestMatch } | null = null;
  const decide = (entry: RequestEntry): FaultKind | null => {
    const poison = poisoned.get(entry.activityId ?? Number.NaN);
    if (poison !== undefined) return poison;
    const rule = rules.find((candidate) => isMatch(entry, candidate.match));
    if (rule !== undefined) {
      rule.left -= 1;
      rules = rules.filter(({ left }) => left > 0);
      return rule.kind;
    }
    if (mix === null || !isMatch(entry, mix.match) || !random.chance(mix.share)) return null;
    return random.pick(mix.kinds);
  };
  return {
    plan: {
      next: (kind, count = 1, match = isOfTheApi) => {
        rules.push({ kind, match, left: count });
      },
      rate: (share, kinds = transientFaults, match = isOfTheApi) => {
        mix = { share, kinds, match };
      },
      activity: (id, kind) => {
        poisoned.set(id, kind);
      },
      clear: () => {
        rules = [];
        mix = null;
        poisoned.clear();
      },
      count: (kind) =>
        kind === undefined
          ? [...happened.values()].reduce((sum, count) => sum + count, 0)
          : (happened.get(kind) ?? 0),
    },
    choose: (entry) => {
      const kind = decide(entry);
      if (kind !== null) happened.set(kind, (happened.get(kind) ?? 0) + 1);
      return kind;
    },
  };
}

function isOfTheApi({ endpoint }: RequestEntry): boolean {
  const part = partOf(endpoint);
  return part !== 'oauth' && part !== 'subscriptions' && part !== 'files';
}
