/**
 * Reads the API of the page. A failure is one sentence in the banner, never a raw exception.
 */
import { byId, replace } from './dom.js';
import { h } from './tree.js';

/** A response of the API that is no success; its message is a sentence for people. */
export class ApiProblem extends Error {
  /**
   * @param {string} message
   * @param {number} status Of HTTP; 0 where there was no response.
   * @param {ErrorOptions} [options]
   */
  constructor(message, status, options) {
    super(message, options);
    this.status = status;
  }
}

/** The sentence where nobody answers. */
export const stoppedText =
  'The daemon has stopped, or cannot be reached: what you see is the last state.';

/** The sentence where a response is the last one that could be read. */
const staleText = 'MongoDB is away: this is what was stored when it was last read.';

/**
 * @template T
 * @param {string} path Such as `/api/v1/now`.
 * @returns {Promise<T>} What the contract of the API says of that path.
 * @throws {ApiProblem}
 */
export async function getJson(path) {
  const response = await request(path);
  try {
    /** @type {unknown} */
    const value = await response.json();
    return /** @type {T} */ (value);
  } catch (error) {
    throw new ApiProblem(stoppedText, 0, { cause: error });
  }
}

/**
 * Calls back for each line of a response of JSON lines, as they arrive.
 * @template T
 * @param {string} path
 * @param {(line: T) => void} onLine
 * @throws {ApiProblem}
 */
export async function readLines(path, onLine) {
  const { body } = await request(path);
  if (body === null) return;
  let rest = '';
  try {
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(parsed(line));
    }
  } catch (error) {
    throw new ApiProblem(stoppedText, 0, { cause: error });
  }
  if (rest !== '') onLine(parsed(rest));
}

/**
 * @template T
 * @param {string} line
 * @returns {T}
 */
function parsed(line) {
  /** @type {unknown} */
  const value = JSON.parse(line);
  return /** @type {T} */ (value);
}

/** Between two tries while the daemon or its MongoDB is away. */
const retryMs = 3_000;

/**
 * Tries on while the daemon or its MongoDB is away, and says so in the banner.
 * @param {string} path
 * @returns {Promise<Response>}
 * @throws {ApiProblem}
 */
async function request(path) {
  for (let tries = 0; ; tries += 1) {
    try {
      const response = await requestOnce(path);
      const isStale = response.headers.get('x-stale') === 'true';
      if (isStale || tries > 0) showBanner(isStale ? staleText : '');
      return response;
    } catch (error) {
      const isAway = error instanceof ApiProblem && [0, 503].includes(error.status);
      if (!isAway) throw error;
      showBanner(error.message);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, retryMs);
    });
  }
}

/**
 * @param {string} path
 * @returns {Promise<Response>}
 * @throws {ApiProblem}
 */
async function requestOnce(path) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, { headers: { accept: 'application/json' } });
  } catch (error) {
    throw new ApiProblem(stoppedText, 0, { cause: error });
  }
  if (response.ok) return response;
  // The session has ended: the server shows the login.
  if (response.status === 401) location.reload();
  throw new ApiProblem(await messageOf(response), response.status);
}

/**
 * @param {Response} response
 * @returns {Promise<string>}
 */
async function messageOf(response) {
  try {
    /** @type {unknown} */
    const value = await response.json();
    const { message } = /** @type {{ message?: unknown }} */ (value);
    if (typeof message === 'string' && message !== '') return message;
  } catch {
    // Not our JSON: the sentence below.
  }
  return `The daemon answered with status ${response.status}: reload the page, or look into its log.`;
}

/**
 * Shows one sentence above the view; empty removes it.
 * @param {string} text
 */
export function showBanner(text) {
  replace(byId('banner'), ...(text === '' ? [] : [h('p', {}, text)]));
}

/**
 * Shows a failure in the banner. An error that is no {@link ApiProblem} is a bug: it is thrown again.
 * @param {unknown} error
 */
export function showProblem(error) {
  // Nothing more comes.
  document.querySelector('[data-waiting]')?.remove();
  if (!(error instanceof ApiProblem)) {
    showBanner('The page has a bug here: the browser’s console says more.');
    throw error;
  }
  showBanner(error.message);
}
