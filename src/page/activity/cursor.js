/**
 * The sample that the reader points at, shared by the plots, the map and the slider.
 */

/**
 * @typedef {object} Cursor
 * @property {() => number | null} index
 * @property {(index: number | null) => void} move Tells everyone who follows, unless it stands there.
 * @property {(follow: (index: number | null) => void) => void} follow
 */

/** @returns {Cursor} */
export function createCursor() {
  /** @type {number | null} */
  let current = null;
  /** @type {((index: number | null) => void)[]} */
  const followers = [];
  return {
    index: () => current,
    move(index) {
      if (index === current) return;
      current = index;
      for (const follow of followers) follow(index);
    },
    follow(follow) {
      followers.push(follow);
    },
  };
}
