/**
 * The part of a run in the sharing of athletes with other processes: what it tells them, what it knows of
 * them, and what follows from it.
 */
import type { Loads } from '../../domain/sync/share.ts';
import { createSurplus, isShort, wantedOf } from '../../domain/sync/share.ts';
import type { LeaseStore, Member, Membership } from '../ports/leases.ts';

export interface AthleteShare {
  /** Takes part from the first time on, and reads what the others hold. */
  readonly look: () => Promise<void>;
  /** The athletes in this worker's order: each begins at another place. */
  readonly inTurn: (athleteIds: readonly number[]) => readonly number[];
  /** Whether it would take one if some of `everyone` were free. */
  readonly hasRoom: (own: number, everyone: number) => boolean;
  /** How many of the free athletes to take, of `everyone`; the others are told first. */
  readonly want: (own: number, free: number, everyone: number) => Promise<number>;
  /** How many athletes with work to give back. Call it once after each look. */
  readonly surplus: (own: number) => number;
  /** Whether another worker will give some of its athletes to this one. */
  readonly isShort: (own: number) => boolean;
  /** Tells the others how many athletes with work this worker holds. */
  readonly publish: (own: number) => Promise<void>;
  readonly leave: () => Promise<void>;
}

export function createAthleteShare(leases: LeaseStore, group: string): AthleteShare {
  let membership: Membership | undefined;
  let members: readonly Member[] = [];
  let published = 0;
  const surplus = createSurplus();

  const loadsWith = (own: number): Loads => ({
    own,
    others: members.filter(({ isSelf }) => !isSelf).map(({ load }) => load),
  });
  const publish = async (own: number): Promise<void> => {
    if (own === published) return;
    published = own;
    await membership?.publish(own);
  };

  return {
    look: async () => {
      membership ??= await leases.join(group);
      members = await membership.members();
    },
    inTurn: (athleteIds) => {
      const rank = Math.max(
        0,
        members.findIndex(({ isSelf }) => isSelf),
      );
      const start = Math.floor((rank * athleteIds.length) / Math.max(1, members.length));
      return [...athleteIds.slice(start), ...athleteIds.slice(0, start)];
    },
    hasRoom: (own, everyone) => wantedOf(loadsWith(own), everyone, everyone) > 0,
    want: async (own, free, everyone) => {
      const wanted = wantedOf(loadsWith(own), free, everyone);
      if (wanted > 0) await publish(own + wanted);
      return wanted;
    },
    surplus: (own) => surplus(loadsWith(own)),
    isShort: (own) => isShort(loadsWith(own)),
    publish,
    leave: async () => {
      await membership?.leave();
      membership = undefined;
    },
  };
}
