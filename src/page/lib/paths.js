/** The addresses of the views. */

/**
 * A path with the parameters that are not empty.
 * @param {string} path
 * @param {Readonly<Record<string, string>>} parameters
 */
export function withQuery(path, parameters) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ''));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

/**
 * The view of an activity.
 * @param {string} id
 * @param {string} athlete The id of the chosen athlete; empty for all.
 */
export function activityPath(id, athlete) {
  return withQuery(`/activities/${encodeURIComponent(id)}`, { athlete });
}

/**
 * The value of an address's `athlete`; empty where it is no id.
 * @param {string | null | undefined} text
 */
export function athleteOf(text) {
  return /^\d{1,19}$/.test(text ?? '') ? (text ?? '') : '';
}
