/** The view Calendar: a grid of days for each year, totals and streaks beside it. */
import { dayPanel, rowsOfDay } from './calendar/day-panel.js';
import { listenToDays, scrollToNewest } from './calendar/day-focus.js';
import { daysOf, thresholdsOf, yearsOf } from './calendar/days.js';
import { calendarFrame, emptyCalendar, legend } from './calendar/frame.js';
import { streakList, totalsByYear, totalsTable } from './calendar/totals.js';
import { yearSection } from './calendar/year-grid.js';
import { rowsOfAthlete } from './lib/activities.js';
import { readChoice, readParameter, writeParameter } from './lib/address.js';
import { getJson, showProblem } from './lib/api.js';
import { offerAllAthletes } from './lib/athletes.js';
import { nowMs } from './lib/clock.js';
import { byId, on, replace } from './lib/dom.js';
import { chosenAthlete, offerUnits, pathFor, readerFormat } from './lib/settings.js';

/**
 * @import { ActivityColumns } from '../features/page/api/types/lists.ts'
 * @import { Streaks, Totals, TotalsBy } from '../features/page/api/types/totals.ts'
 * @import { Row } from './lib/activities.js'
 * @import { TotalsRow } from './calendar/year-grid.js'
 */

const locale = navigator.language;

const state = {
  format: readerFormat(),
  measure: readChoice('measure', ['movingTime', 'distance', 'climbing'], 'movingTime'),
  by: readChoice('by', ['week', 'month', 'year'], 'month'),
  sport: readParameter('sport'),
  day: readParameter('day'),
};

/**
 * What the choice of the sport decides.
 * @typedef {object} Figures
 * @property {ReadonlyMap<string, TotalsRow>} days
 * @property {ReadonlyMap<string, TotalsRow>} years
 * @property {Streaks} streaks
 */

/** @type {Figures} */
let figures = { days: new Map(), years: new Map(), streaks: { rows: [] } };
/** @type {Totals} */
let totals = { by: state.by, rows: [] };
/** @type {Promise<readonly Row[]> | undefined} */
let rowsRead;
/** Counts the drawings of the years: a newer one ends those before. */
let drawing = 0;

/**
 * @param {TotalsBy} by
 * @returns {Promise<Totals>}
 */
function readTotals(by) {
  return getJson(pathFor('/api/v1/totals', { by, sport: state.sport }));
}

/** @returns {Promise<readonly Row[]>} */
async function readRows() {
  /** @type {ActivityColumns} */
  const columns = await getJson(pathFor('/api/v1/activities'));
  return rowsOfAthlete(columns, chosenAthlete());
}

/** Reads what the chosen sport decides. */
async function readFigures() {
  const { sport, by } = state;
  const [days, streaks, chosen] = await Promise.all([
    readTotals('day'),
    /** @type {Promise<Streaks>} */ (getJson(pathFor('/api/v1/streaks', { sport }))),
    readTotals(by),
  ]);
  return { sport, by, days, streaks, chosen };
}

/**
 * Draws everything.
 * @param {ReturnType<typeof readFigures>} reading
 */
async function load(reading = readFigures()) {
  const { sport, by, days, streaks, chosen } = await reading;
  // The reader has chosen another one meanwhile.
  if (sport !== state.sport || by !== state.by) return;
  figures = { days: byKey(days), years: totalsByYear(days.rows), streaks };
  totals = chosen;
  await draw();
}

/** @param {Totals} totals */
function byKey({ rows }) {
  return new Map(rows.map((row) => [row.key, row]));
}

async function draw() {
  const { format, measure } = state;
  replace(byId('totals'), totalsTable(totals, format, locale));
  const today = new Date(nowMs()).toLocaleDateString('sv');
  replace(byId('streaks'), ...streakList(figures.streaks, format, today));
  replace(byId('legend'), ...legend(thresholds(), measure, format));
  await Promise.all([drawYears(), drawDay()]);
}

function thresholds() {
  return thresholdsOf([...figures.days.values()].map((row) => row[state.measure]));
}

/** Each year is a task of its own, so that the page never stands still. */
async function drawYears() {
  drawing += 1;
  const own = drawing;
  const container = byId('years');
  const years = yearsOf([...figures.days.keys()]);
  for (const [index, section] of [...container.children].entries()) {
    if (index >= years.length) section.remove();
  }
  for (const [index, year] of years.entries()) {
    const section = container.children[index] ?? document.createElement('section');
    if (!section.isConnected) container.append(section);
    drawYear(section, year);
    await new Promise((resolve) => setTimeout(resolve));
    if (own !== drawing) return;
  }
}

/**
 * @param {Element} section
 * @param {number} year
 */
function drawYear(section, year) {
  const { measure, format, day: chosen } = state;
  const { days: totals, years } = figures;
  const total = years.get(String(year));
  section.id = `year-${year}`;
  replace(
    section,
    ...yearSection(
      {
        year,
        days: daysOf(year),
        totals,
        measure,
        thresholds: thresholds(),
        chosen,
        format,
        locale,
      },
      total,
    ),
  );
}

async function drawDay() {
  const panel = byId('day');
  const { day, format, sport } = state;
  panel.hidden = day === '';
  if (day === '') return;
  rowsRead ??= readRows();
  const rows = await rowsRead;
  if (day !== state.day) return;
  const shown = sport === '' ? rows : rows.filter((row) => row.sport === sport);
  const onClose = () => {
    choose('');
  };
  const reader = { format, athlete: chosenAthlete(), onClose };
  replace(panel, ...dayPanel(day, rowsOfDay(shown, day), reader));
}

/** @param {string} day Empty for none. */
function choose(day) {
  const years = new Set([state.day.slice(0, 4), day.slice(0, 4)]);
  state.day = day;
  writeParameter('day', day);
  for (const year of years) {
    const section = document.getElementById(`year-${year}`);
    if (section !== null) drawYear(section, Number(year));
  }
  drawDay().catch(showProblem);
}

function listen() {
  on(byId('calendar-choices'), 'change', ({ target }) => {
    if (target instanceof HTMLSelectElement) {
      state.sport = target.value;
      writeParameter('sport', state.sport);
      load().catch(showProblem);
    } else {
      state.measure = readChosen(target, ['movingTime', 'distance', 'climbing'], state.measure);
      writeParameter('measure', state.measure);
      draw().catch(showProblem);
    }
  });
  on(byId('totals-choices'), 'change', ({ target }) => {
    state.by = readChosen(target, ['week', 'month', 'year'], state.by);
    writeParameter('by', state.by);
    load().catch(showProblem);
  });
  listenToDays(byId('years'), (day) => {
    if (figures.days.has(day)) choose(day);
  });
  offerUnits((format) => {
    state.format = format;
    draw().catch(showProblem);
  });
}

/**
 * @template {string} T
 * @param {EventTarget | null} target
 * @param {readonly T[]} choices
 * @param {T} other
 */
function readChosen(target, choices, other) {
  const value = target instanceof HTMLInputElement ? target.value : '';
  return choices.find((choice) => choice === value) ?? other;
}

async function start() {
  offerAllAthletes().catch(showProblem);
  const reading = readFigures();
  // An empty database has no figures, and the sport of an old address has none either.
  reading.catch(() => undefined);
  /** @type {Totals} */
  const sports = await getJson(pathFor('/api/v1/totals', { by: 'sport' }));
  if (sports.rows.length === 0) {
    replace(byId('main'), emptyCalendar());
    return;
  }
  const names = sports.rows.map(({ key }) => key).sort();
  // An address of before can name what is no longer there.
  const isKnown = state.sport === '' || names.includes(state.sport);
  if (!isKnown) state.sport = '';
  replace(byId('main'), ...calendarFrame(state, names, state.format));
  listen();
  await load(isKnown ? reading : undefined);
  scrollToNewest(byId('years'));
  byId('main').setAttribute('aria-busy', 'false');
}

start().catch(showProblem);
