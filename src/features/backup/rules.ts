/**
 * Which collections a backup holds, and the order in which they are read and restored. Every collection
 * that is not named here is included, so that a new one is never forgotten.
 *
 * Workers and leases are always left out: they say which process works now, and epochs follow the server's
 * clock. Logins are left out unless requested. The quota's counts are included, because a
 * database that is moved must not forget what the application has requested today. A restore never
 * replaces counts and logins of the database: they are newer, and a replaced refresh token would be a
 * lost login.
 */
import { definitions } from '../../mongo/schema/definitions.ts';
import { views } from '../../queries/views.ts';

/** Holds the database's version: a restore sets it and adds no document. */
export const versionCollection = 'schema';
/** A dump that holds it is one of Domestique's database. */
export const mainCollection = 'activities';
export const loginCollection = 'tokens';

const viewNames: ReadonlySet<string> = new Set(views.map(({ name }) => name));
const ours: ReadonlySet<string> = new Set(definitions.map(({ name }) => name));
const running: ReadonlySet<string> = new Set(['workers', 'leases']);
const unrestored: ReadonlySet<string> = new Set([...running, versionCollection]);
const secret: ReadonlySet<string> = new Set([loginCollection, 'pending_logins', 'subscriptions']);
const kept: ReadonlySet<string> = new Set([...secret, 'quota']);

/** These claim that other documents exist: they are read first, restored last and emptied first. */
const claims: readonly string[] = ['athletes', mainCollection];
/** A migration meanwhile is repeated after a restore; the other way round it would be missed. */
const readFirst: readonly string[] = [versionCollection, ...claims];

function isInternal(name: string): boolean {
  return name.startsWith('system.') || name.startsWith('$');
}

/** Whether a backup holds the collection. */
export function isBackedUp(name: string, hasTokens: boolean): boolean {
  return !isInternal(name) && !running.has(name) && (hasTokens || !secret.has(name));
}

/** Whether a restore adds the documents of the collection. */
export function isRestored(name: string): boolean {
  return !isInternal(name) && !unrestored.has(name);
}

/** Whether a restore replaces what the collection holds. */
export function isReplaced(name: string): boolean {
  return isRestored(name) && !kept.has(name);
}

/** Of 255 with the database's name and a dot. */
const maxNameBytes = 253;

/**
 * Whether a restore can make a collection of that name: no name that MongoDB rejects, and none of a view.
 * https://www.mongodb.com/docs/manual/reference/limits/#mongodb-limit-Restriction-on-Collection-Names
 */
export function isCollectionName(name: string): boolean {
  if (isInternal(name)) return true;
  const isOdd = name === '' || /[$\0]|^\.|\.$|\.\./.test(name);
  return !isOdd && Buffer.byteLength(name) <= maxNameBytes && !viewNames.has(name);
}

/** Whether Domestique defines the collection, with its indexes. */
export function isOurs(name: string): boolean {
  return ours.has(name);
}

/**
 * The order in which the collections are read while others write: list coverage before the activities,
 * and an activity that has its streams before the streams. So a backup never claims more than it holds.
 */
export function readingOrder(names: readonly string[]): readonly string[] {
  const others = names.filter((name) => !readFirst.includes(name)).sort();
  return [...readFirst.filter((name) => names.includes(name)), ...others];
}

/**
 * The order in which the collections are restored: what is claimed, then the claims, the logins last. So
 * a restore that is killed leaves a database that fetches what it lacks.
 */
export function restoreOrder(names: readonly string[]): readonly string[] {
  return [
    ...names.filter((name) => !claims.includes(name) && !kept.has(name)),
    ...claims.toReversed().filter((name) => names.includes(name)),
    ...names.filter((name) => kept.has(name)),
  ];
}
