/** The button that shows the map on the full screen. */
import { on, replace } from '../lib/dom.js';

/**
 * @param {HTMLElement} button Hidden where the browser has no full screen.
 * @param {HTMLElement} box
 */
export function offerFullScreen(button, box) {
  button.hidden = !document.fullscreenEnabled;
  on(button, 'click', () => {
    const change =
      document.fullscreenElement === null ? box.requestFullscreen() : document.exitFullscreen();
    // A browser that refuses leaves the map as it is.
    change.catch(() => undefined);
  });
  document.addEventListener('fullscreenchange', () => {
    const isFull = document.fullscreenElement !== null;
    replace(button, isFull ? 'Leave full screen' : 'Full screen');
  });
}
