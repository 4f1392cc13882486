/**
 * Watches a page from the inside, from before its first script: when it last drew something, its longest
 * task, and when its map last came to rest.
 */

/** In milliseconds since the page's navigation began. */
export interface Watched {
  /** The last change of the document or of a canvas. */
  readonly drawnAt: number;
  /** When the map last reported that it was moved or zoomed; 0 before. */
  readonly movedAt: number;
  readonly longestTask: number;
  readonly now: number;
}

type Watching = { -readonly [Key in keyof Watched]: Watched[Key] };

interface MapClass {
  addInitHook: (
    hook: (this: { on: (events: string, listener: () => void) => void }) => void,
  ) => void;
}

/** Runs in the page; the watcher is its global `watched`. */
export function watchPage(): void {
  const watched: Watching = { drawnAt: 0, movedAt: 0, longestTask: 0, now: 0 };
  const drawn = (): void => {
    watched.drawnAt = performance.now();
  };
  Object.defineProperty(globalThis, 'watched', {
    get: (): Watched => ({ ...watched, now: performance.now() }),
  });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries())
      watched.longestTask = Math.max(watched.longestTask, duration);
  }).observe({ type: 'longtask', buffered: true });
  new MutationObserver(drawn).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  });
  const canvas = CanvasRenderingContext2D.prototype;
  for (const name of [
    'stroke',
    'fill',
    'fillRect',
    'clearRect',
    'drawImage',
    'putImageData',
  ] as const) {
    const original = Reflect.get(canvas, name) as (...args: unknown[]) => void;
    Object.defineProperty(canvas, name, {
      value(this: CanvasRenderingContext2D, ...args: unknown[]) {
        drawn();
        original.apply(this, args);
      },
    });
  }
  let leaflet: { Map: MapClass } | undefined;
  Object.defineProperty(globalThis, 'L', {
    configurable: true,
    get: () => leaflet,
    set: (value: { Map: MapClass }) => {
      leaflet = value;
      value.Map.addInitHook(function () {
        this.on('moveend zoomend', () => {
          watched.movedAt = performance.now();
        });
      });
    },
  });
}
