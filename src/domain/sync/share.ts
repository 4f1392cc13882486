/**
 * How workers share the athletes that have work: what each aims at, and when one gives back. Pure figures;
 * which athletes change hands is decided elsewhere.
 */

/** How many athletes with work each worker holds. */
export interface Loads {
  readonly own: number;
  readonly others: readonly number[];
}

/** After giving back, the others get this many looks to take what is free. */
const looksAfterGiving = 5;
/** A surplus has to last, because the others' figures can be a moment old. */
const looksBeforeGiving = 2;

/** What a worker aims at: an equal part of the athletes with work, rounded up so that nobody is left out. */
export function shareOf({ own, others }: Loads): number {
  const total = others.reduce((sum, load) => sum + load, own);
  return Math.ceil(total / (others.length + 1));
}

/**
 * How many of the free athletes a worker takes. Of `everyone`, so many there are in all: what others are
 * about to take can count twice.
 */
export function wantedOf({ own, others }: Loads, free: number, everyone: number): number {
  const total = others.reduce((sum, load) => sum + load, own + free);
  const share = Math.ceil(Math.min(total, everyone) / (others.length + 1));
  return Math.max(0, Math.min(free, share - own));
}

/** Whether another worker will give some of its athletes to this one. */
export function isShort(loads: Loads): boolean {
  const share = shareOf(loads);
  return loads.own < share && loads.others.some((load) => load > share);
}

/** Says at each look at the others how many athletes with work to give back. */
export function createSurplus(): (loads: Loads) => number {
  let looksWithSurplus = 0;
  let looksToWait = 0;
  return (loads) => {
    looksToWait = Math.max(0, looksToWait - 1);
    const surplus = loads.own - shareOf(loads);
    looksWithSurplus = surplus > 0 ? looksWithSurplus + 1 : 0;
    if (looksWithSurplus < looksBeforeGiving || looksToWait > 0) return 0;
    looksToWait = looksAfterGiving;
    looksWithSurplus = 0;
    return surplus;
  };
}
