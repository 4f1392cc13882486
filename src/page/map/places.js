/**
 * The places at which most activities start. A map of everything shows one dot where somebody trains at
 * home and once flew to an island, so the map opens on such a place.
 */

const earthRadiusKm = 6371;
/** Starts this near to each other are one place. */
const placeRadiusKm = 15;
/** Starts are counted on a grid of about 5 km first, because there can be many. */
const cellsPerDegree = 20;

/**
 * @typedef {{ readonly lat: number; readonly lng: number }} Position
 * @typedef {Position & { readonly city: string }} Start The city is empty where it is unknown.
 * @typedef {Position & { readonly starts: number, readonly city: string }} Place With the city of most starts.
 * @typedef {{ lat: number, lng: number, starts: number, cities: Map<string, number> }} Cell
 */

/**
 * The places with most starts, the fullest first.
 *
 * @param {Iterable<Start>} starts
 * @param {number} limit
 * @returns {Place[]}
 */
export function placesOf(starts, limit) {
  let cells = cellsOf(starts);
  /** @type {Place[]} */
  const places = [];
  while (cells.length > 0 && places.length < limit) {
    const fullest = cells.reduce((best, cell) => (cell.starts > best.starts ? cell : best));
    const near = cells.filter((cell) => kmBetween(cell, fullest) <= placeRadiusKm);
    places.push(centreOf(near, fullest));
    cells = cells.filter((cell) => !near.includes(cell));
  }
  return places.sort((one, other) => other.starts - one.starts);
}

/**
 * @param {Iterable<Start>} starts
 * @returns {Cell[]} the mean of the starts in each cell that has some
 */
function cellsOf(starts) {
  /** @type {Map<string, Cell>} */
  const cells = new Map();
  for (const { lat, lng, city } of starts) {
    const key = `${Math.floor(lat * cellsPerDegree)} ${Math.floor(lng * cellsPerDegree)}`;
    /** @type {Cell} */
    const cell = cells.get(key) ?? { lat: 0, lng: 0, starts: 0, cities: new Map() };
    cells.set(key, cell);
    cell.starts += 1;
    add(cell.cities, city, 1);
    cell.lat += (lat - cell.lat) / cell.starts;
    cell.lng += (lng - cell.lng) / cell.starts;
  }
  return [...cells.values()];
}

/**
 * @param {readonly Cell[]} cells
 * @param {Cell} around the cells can lie on both sides of the antimeridian
 * @returns {Place}
 */
function centreOf(cells, around) {
  const starts = cells.reduce((sum, cell) => sum + cell.starts, 0);
  let lat = 0;
  let lng = 0;
  /** @type {Map<string, number>} */
  const cities = new Map();
  for (const cell of cells) {
    for (const [city, count] of cell.cities) add(cities, city, count);
    lat += (cell.lat * cell.starts) / starts;
    lng += (turn(cell.lng - around.lng) * cell.starts) / starts;
  }
  return { lat, lng: turn(around.lng + lng), starts, city: mostOf(cities) };
}

/**
 * @param {Map<string, number>} cities
 * @param {string} city
 * @param {number} count
 */
function add(cities, city, count) {
  if (city !== '') cities.set(city, (cities.get(city) ?? 0) + count);
}

/** @param {ReadonlyMap<string, number>} cities */
function mostOf(cities) {
  const [most] = [...cities].sort(([, one], [, other]) => other - one);
  return most?.[0] ?? '';
}

/**
 * @param {number} degrees
 * @returns {number} the same direction, from -180 to 180
 */
function turn(degrees) {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}

/**
 * @param {Position} one
 * @param {Position} other
 */
export function kmBetween(one, other) {
  const toRadians = Math.PI / 180;
  const a =
    Math.sin(((other.lat - one.lat) * toRadians) / 2) ** 2 +
    Math.cos(one.lat * toRadians) *
      Math.cos(other.lat * toRadians) *
      Math.sin(((other.lng - one.lng) * toRadians) / 2) ** 2;
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(a)));
}

const directions = /** @type {const} */ ([
  'north',
  'north-east',
  'east',
  'south-east',
  'south',
  'south-west',
  'west',
  'north-west',
]);

/**
 * Where a place lies, seen from another one.
 *
 * @param {Position} from
 * @param {Position} to
 */
export function directionOf(from, to) {
  const toRadians = Math.PI / 180;
  const east = turn(to.lng - from.lng) * toRadians;
  const y = Math.sin(east) * Math.cos(to.lat * toRadians);
  const x =
    Math.cos(from.lat * toRadians) * Math.sin(to.lat * toRadians) -
    Math.sin(from.lat * toRadians) * Math.cos(to.lat * toRadians) * Math.cos(east);
  const eighth = Math.round((Math.atan2(y, x) * 4) / Math.PI);
  return directions[(eighth + 8) % 8] ?? 'north';
}
