/** How the pointer and the keyboard choose a day in the grids. */
import { on } from '../lib/dom.js';
import { daysOf, movedTo } from './days.js';

/**
 * @param {HTMLElement} years
 * @param {(day: string) => void} onChoose
 */
export function listenToDays(years, onChoose) {
  on(years, 'click', ({ target }) => {
    const day = dayOf(target);
    if (day !== '') onChoose(day);
  });
  on(years, 'keydown', (event) => {
    const day = dayOf(event.target);
    if (day === '') return;
    if (event.key !== 'Enter' && event.key !== ' ') {
      moveFocus(event, day);
      return;
    }
    event.preventDefault();
    onChoose(day);
  });
}

/**
 * @param {EventTarget | null} target
 * @returns {string} Empty where it is no day.
 */
function dayOf(target) {
  return (target instanceof HTMLElement ? target.dataset['day'] : undefined) ?? '';
}

/**
 * @param {KeyboardEvent} event
 * @param {string} day That has the focus.
 */
function moveFocus(event, day) {
  const days = daysOf(Number(day.slice(0, 4)));
  const index = movedTo(
    days,
    days.findIndex(({ key }) => key === day),
    event.key,
  );
  const next = document.querySelector(`[data-day="${days[index ?? -1]?.key ?? ''}"]`);
  if (!(next instanceof HTMLElement) || !(event.target instanceof HTMLElement)) return;
  event.preventDefault();
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

/**
 * On a phone the newest year begins with its last days.
 * @param {HTMLElement} years
 */
export function scrollToNewest(years) {
  const box = years.querySelector('.grid-box');
  const entry = box?.querySelector('[tabindex="0"]');
  if (box instanceof HTMLElement && entry instanceof HTMLElement) {
    box.scrollLeft = entry.offsetLeft - box.clientWidth / 2;
  }
}
