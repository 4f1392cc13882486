/**
 * Passes webhook events to the listeners of the daemon.
 */

/** Emits events to listeners that the emitter does not know. */
export interface EventEmitter {
  readonly emit: () => void;
  readonly onEvent: (listener: () => void) => void;
}

export function createEventEmitter(): EventEmitter {
  const listeners: (() => void)[] = [];
  return {
    emit: () => {
      for (const listener of listeners) listener();
    },
    onEvent: (listener) => {
      listeners.push(listener);
    },
  };
}
