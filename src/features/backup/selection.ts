/**
 * Which collections a backup holds, and in which order they are read and restored. Every collection is
 * in it that is not named here, so that a later one is not forgotten.
 *
 * Left out always are the leases: they say which process works now, and their epochs follow the
 * server's clock, so that none is missed. The database's version (`schema`) stands in the head. The logins are left out unless they are asked for. The
 * quota's counts are in it, because a database that is moved must not forget what the application has
 * asked for today. Counts and logins that stand in the database are never replaced: they are newer, and
 * a replaced refresh token would be a lost login.
 */

const left: ReadonlySet<string> = new Set(['leases', 'schema']);
const secret: ReadonlySet<string> = new Set(['tokens', 'pending_logins', 'subscriptions']);
const kept: ReadonlySet<string> = new Set([...secret, 'quota']);

/** What says of others that they are there: read before them, restored after them, emptied first. */
const claims: readonly string[] = ['athletes', 'activities'];

/** Whether a backup holds the collection. */
export function isBackedUp(name: string, hasTokens: boolean): boolean {
  return !name.startsWith('system.') && !left.has(name) && (hasTokens || !secret.has(name));
}

/** Whether what stands in the collection survives a restore. */
export function isKept(name: string): boolean {
  return kept.has(name) || left.has(name) || name.startsWith('system.');
}

/**
 * The order in which the collections are read while others write: how far the list is known before
 * the activities, and an activity that has its streams before the streams. So nothing in the backup
 * claims to be there that is not.
 */
export function readingOrder(names: readonly string[]): readonly string[] {
  const others = names.filter((name) => !claims.includes(name)).sort();
  return [...claims.filter((name) => names.includes(name)), ...others];
}

/**
 * The steps of a restore, each of which begins when the one before is complete: what is claimed first,
 * then the claims, the logins last. So a restore that is killed leaves a database that asks for what
 * it lacks, and none that takes a gap for complete.
 */
export function restoreSteps(names: readonly string[]): readonly (readonly string[])[] {
  const isClaim = (name: string): boolean => claims.includes(name);
  const steps = [
    names.filter((name) => !isClaim(name) && !kept.has(name)),
    ...claims.toReversed().map((claim) => names.filter((name) => name === claim)),
    names.filter((name) => kept.has(name)),
  ];
  return steps.filter((step) => step.length > 0);
}
