/**
 * The first step with athletes whose leases were just acquired.
 */
import type { AthleteState, AthleteStore } from '../ports/athletes.ts';
import type { Lease, LeaseStore } from '../ports/leases.ts';

export interface TakeDeps {
  readonly leases: Pick<LeaseStore, 'releaseAll'>;
  readonly athletes: Pick<AthleteStore, 'athleteIds' | 'takeAll'>;
}

/**
 * Marks the athletes as held and loads them. Releases whoever was erased meanwhile, because marking the
 * athlete must not bring back a document, and whom a newer lease has.
 */
export async function takeAthletes(
  { leases, athletes }: TakeDeps,
  acquired: ReadonlyMap<number, Lease>,
): Promise<readonly AthleteState[]> {
  if (acquired.size === 0) return [];
  const taken = new Set<number>();
  try {
    // Read under the leases.
    const known = new Set(await athletes.athleteIds());
    const present = [...acquired].filter(([athleteId]) => known.has(athleteId));
    const epochs = new Map(present.map(([athleteId, { epoch }]) => [athleteId, epoch] as const));
    const states = await athletes.takeAll(epochs);
    for (const { athleteId } of states) taken.add(athleteId);
    return states;
  } finally {
    const rest = [...acquired].filter(([athleteId]) => !taken.has(athleteId));
    if (rest.length > 0) await leases.releaseAll(rest.map(([, lease]) => lease));
  }
}
