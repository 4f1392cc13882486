/** The colours of the map, which the style sheet names for both colour schemes. */

/** From the coldest to the hottest. */
const heatNames = /** @type {const} */ ([
  '--heat-1',
  '--heat-2',
  '--heat-3',
  '--heat-4',
  '--heat-5',
]);
export const heatLevels = heatNames.length;

export function readPalette() {
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const color = (name) => style.getPropertyValue(name).trim();
  return {
    track: color('--map-track'),
    highlight: color('--map-highlight'),
    halo: color('--map-halo'),
    land: { fill: color('--map-land'), line: color('--map-coast') },
    heat: heatNames.map(color),
  };
}
