/**
 * The view of now, live: the server rendered it once, each event of the server renders it again.
 */
import { getJson, showBanner, showProblem, stoppedText } from './lib/api.js';
import { nowMs } from './lib/clock.js';
import { byId, replace } from './lib/dom.js';
import { chosenAthlete, offerAthletes, offerUnits, readerFormat } from './lib/settings.js';
import { bannerText, nowView } from './now/view.js';

/** @import { Now } from '../features/page/api/types/now.ts' */

const main = byId('main');
let format = readerFormat();
/** @type {Now | undefined} */
let now;
/** @type {EventSource | undefined} */
let events;

offerUnits((changed) => {
  format = changed;
  show();
});
listen();
// Times such as "in 9 minutes" go on without an event.
setInterval(show, 1_000);
document.addEventListener('visibilitychange', listen);

/**
 * Listens while somebody looks: a browser keeps six connections to a server, so that events of hidden pages
 * would block the others.
 */
function listen() {
  events?.close();
  events = undefined;
  if (document.hidden) return;
  const source = new EventSource('/api/v1/events');
  events = source;
  source.onmessage = ({ data }) => {
    /** @type {unknown} */
    const value = JSON.parse(String(data));
    take(/** @type {Now} */ (value));
  };
  source.onerror = () => {
    // The browser connects again by itself, but not after a response that is no success.
    if (source.readyState === EventSource.CLOSED) void readOnce();
    else showBanner(stoppedText);
  };
}

/** Reads without events: too many pages listen, or the response says what is wrong. */
async function readOnce() {
  try {
    take(await getJson('/api/v1/now'));
  } catch (error) {
    showProblem(error);
  } finally {
    setTimeout(listen, 10_000);
  }
}

/** @param {Now} read */
function take(read) {
  now = read;
  offerAthletes(now.athletes);
  showBanner(bannerText(now, format));
  show();
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
