/**
 * Reads the small tables about the athlete by the order of their columns, for the names are translated.
 * The e-mail address, which stands in the profile too, is not read.
 */
import type { JsonObject } from '../json.ts';
import type { ExportContents } from './exported-activity.ts';
import { readId, readNumber } from './numbers.ts';
import { sportTypeOf } from './sport-types.ts';

type Row = readonly string[];

const kilogramsOfPound = 0.453_592_37;

/** From `profile.csv` and `general_preferences.csv`, each with its header; either may be empty. */
export function readAthlete(
  profile: readonly Row[],
  preferences: readonly Row[],
): ExportContents['athlete'] {
  const row = profile[1] ?? [];
  const [firstname, lastname, city, state, country] = [2, 3, 7, 8, 9].map((at) => row[at]?.trim());
  const cells = preferences[1] ?? [];
  const fields = {
    firstname,
    lastname,
    city,
    state,
    country,
    weight: readWeight(cells) ?? readNumber(row[6]),
    ftp: readMeasure(cells, /^(\d+(?:[.,]\d+)?)\s?W$/),
  };
  const known = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as const],
  );
  return { id: readId(row[0]), fields: Object.fromEntries(known) };
}

/** Kilograms, from the one cell that is a weight with its unit: `74.0 kg`, `163.1 lbs`. */
function readWeight(cells: Row): number | undefined {
  const pounds = readMeasure(cells, /^(\d+(?:[.,]\d+)?)\s?lbs?$/i);
  if (pounds !== undefined) return Math.round(pounds * kilogramsOfPound * 10) / 10;
  return readMeasure(cells, /^(\d+(?:[.,]\d+)?)\s?(?:kg|кг)$/i);
}

function readMeasure(cells: Row, pattern: RegExp): number | undefined {
  return cells.flatMap((cell) => readNumber(pattern.exec(cell.trim())?.[1]) ?? [])[0];
}

/** From `bikes.csv` or `shoes.csv` with its header: name, brand, model, default sports; there are no ids. */
export function readGear(table: readonly Row[], kind: 'bike' | 'shoes'): readonly JsonObject[] {
  return table.slice(1).flatMap((row) => {
    const [name = '', brand = '', model = '', sports = ''] = row.map((cell) => cell.trim());
    if (name === '' && brand === '' && model === '') return [];
    const types = sports.split(/[,;|]/).flatMap((sport) => sportTypeOf(sport.trim()) ?? []);
    return [
      {
        kind,
        name: name === '' ? `${brand} ${model}`.trim() : name,
        ...(brand !== '' && { brand_name: brand }),
        ...(model !== '' && { model_name: model }),
        ...(types.length > 0 && { default_sport_types: types }),
      },
    ];
  });
}
