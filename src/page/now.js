/**
 * The view of now, live: the server rendered it once, each event of the server renders it again.
 */
import { showBanner, stoppedText } from './lib/api.js';
import { nowMs } from './lib/clock.js';
import { byId, replace } from './lib/dom.js';
import { chosenAthlete, offerAthletes, offerUnits, readerFormat } from './lib/settings.js';
import { bannerText, nowView } from './now/view.js';

/** @import { Now } from '../features/page/api/types.ts' */

const main = byId('main');
let format = readerFormat();
/** @type {Now | undefined} */
let now;

offerUnits((changed) => {
  format = changed;
  show();
});
listen();
// Times such as "in 9 minutes" go on without an event.
setInterval(show, 1_000);
document.addEventListener('visibilitychange', show);

function listen() {
  const events = new EventSource('/api/v1/events');
  events.onmessage = ({ data }) => {
    /** @type {unknown} */
    const value = JSON.parse(String(data));
    now = /** @type {Now} */ (value);
    offerAthletes(now.athletes);
    showBanner(bannerText(now, format));
    show();
  };
  events.onerror = () => {
    showBanner(stoppedText);
    // The browser connects again by itself, but not after a response that is no success.
    if (events.readyState !== EventSource.CLOSED) return;
    events.close();
    setTimeout(listen, 10_000);
  };
}

function show() {
  if (now === undefined || document.hidden) return;
  const startCommand = main.dataset['startCommand'] ?? '';
  const copy = isSecureContext ? copyText : undefined;
  const context = { format, nowMs: nowMs(), athlete: chosenAthlete(), startCommand, copy };
  replace(main, ...nowView(now, context));
}

/** @param {string} text */
function copyText(text) {
  void navigator.clipboard.writeText(text).then(
    () => {
      byId('said').textContent = `Copied: ${text}`;
    },
    () => {
      byId('said').textContent =
        'The browser does not let the page copy: select the command yourself.';
    },
  );
}
