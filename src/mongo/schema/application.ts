/**
 * Whose documents are meant where several applications share one database: those of one client id, or
 * those of every application.
 */
import type { FindCursor, FindOptions } from 'mongodb';
import type { Store, TokenDocument } from './collections.ts';

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

/** The logins of an application: the only way to list logins. */
export function loginsOf(
  { db }: Pick<Store, 'db'>,
  application: Application,
  options?: FindOptions,
): FindCursor<TokenDocument> {
  return db.collection<TokenDocument>('tokens').find(ownedBy(application), options);
}
