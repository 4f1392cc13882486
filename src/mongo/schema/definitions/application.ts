/**
 * Whose documents are meant where several applications share one database: those of one client id, or
 * those of every application.
 */
import type { FindCursor, FindOptions } from 'mongodb';
import { checkedCollection, usable } from '../checked-collection.ts';
import type { Store, TokenDocument } from '../collections.ts';
import { tokens } from './logins.ts';

/** For what concerns the whole database, such as a restore, or where no client id is configured. */
export const everyApplication = Symbol('every application');

/** A client id, or every application. */
export type Application = string | typeof everyApplication;

/**
 * The filter for the documents of an application; `field` holds the client id. A document without one,
 * such as a login that was typed in by hand, counts as the application's.
 */
export function ownedBy(
  application: Application,
  field = 'client_id',
): Readonly<Record<string, { readonly $in: readonly (string | null)[] }>> {
  return application === everyApplication ? {} : { [field]: { $in: [application, null] } };
}

/** The logins of an application that can be used: the only way to list logins. */
export function loginsOf(
  { db, warn }: Pick<Store, 'db' | 'warn'>,
  application: Application,
  options?: FindOptions,
): FindCursor<TokenDocument> {
  const logins = checkedCollection(db.collection<TokenDocument>('tokens'), tokens, warn);
  // A projection hides what makes a login of no use.
  return logins.find({ ...ownedBy(application), ...usable(tokens) }, options);
}
