/**
 * What Strava's redirect says, whether a browser brought it or you pasted its address. It does not
 * judge the `state`.
 */
import { splitScopes } from '../../domain/auth/scope.ts';

/** The response to a request for access. */
export type Redirect =
  | { readonly kind: 'completed'; readonly code: string; readonly scope?: readonly string[] }
  | { readonly kind: 'rejected'; readonly reason: string };

/** Strava's name for a click on "Cancel". */
const denied = 'access_denied';

/** Undefined if the query is no response of Strava: neither a code nor an error is in it. */
export function readRedirect(query: URLSearchParams): Redirect | undefined {
  const error = query.get('error');
  if (error !== null) return { kind: 'rejected', reason: reasonOf(error) };
  const code = query.get('code')?.trim() ?? '';
  if (code === '') return undefined;
  const scope = query.get('scope');
  return { kind: 'completed', code, ...(scope !== null && { scope: splitScopes(scope) }) };
}

function reasonOf(error: string): string {
  if (error === denied) return 'The athlete did not allow the access.';
  const word = /^[\w-]{1,60}$/.test(error) ? error : 'an unknown error';
  return `Strava rejected the access (${word}).`;
}
