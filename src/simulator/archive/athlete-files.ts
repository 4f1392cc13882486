/** The other files of an export: about the athlete, and what no importer has to read. */
import type { JsonRecord, JsonValue } from '../api/json-text.ts';
import type { World } from '../world/world.ts';
import { csvBytes } from './csv-text.ts';
import type { LanguageTexts } from './languages.ts';

/** By their paths in the archive. */
export function athleteFiles(
  world: World,
  athleteId: number,
  texts: LanguageTexts,
): ReadonlyMap<string, Uint8Array> {
  const athlete = world.athlete(athleteId);
  const text = (key: string): string => {
    const value = athlete[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const kilograms = Number(text('weight'));
  const profile = [
    ...[String(athleteId), 'athlete@example.com', text('firstname'), text('lastname'), ''],
    ...[text('bio'), kilograms.toFixed(1), text('city'), text('state'), text('country')],
  ];
  const preferences = ['Weight', 'Functional Threshold Power', 'Maximum Heartrate'];
  const table = (...rows: readonly (readonly string[])[]): Uint8Array => csvBytes(rows);
  return new Map<string, Uint8Array>([
    ['profile.csv', table(texts.profile, profile)],
    [
      'general_preferences.csv',
      table(preferences, [`${kilograms.toFixed(1)} kg`, `${text('ftp')} W`, '186']),
    ],
    ['bikes.csv', gearTable('Bike', athlete['bikes'])],
    ['shoes.csv', gearTable('Shoe', athlete['shoes'])],
    ['components.csv', table(['Bike', 'Component Type'])],
    ['comments.csv', table(['Comment Date', 'Comment'], ['', 'Well done'])],
    ['reactions.csv', table(['Parent Type', 'Parent ID'])],
    ['logins.csv', table(['IP Address', 'Login Date and Time'], ['192.0.2.1', ''])],
    ['contacts.csv', table(['Contact'], ['friend@example.com'])],
    ['messaging.json', Buffer.from('[]')],
    ['media.csv', table(['Media Filename', 'Media Caption'], ['media/1.jpg', 'At the top'])],
    ['media/1.jpg', Uint8Array.from([0xff, 0xd8, 0xff, 0xd9])],
  ]);
}

function gearTable(kind: string, gear: JsonValue | undefined): Uint8Array {
  const records = Array.isArray(gear) ? (gear as readonly JsonRecord[]) : [];
  const names = records.map(({ name }) => (typeof name === 'string' ? name : ''));
  const header = ['Name', 'Brand', 'Model', 'Default Sport Types'].map((name) => `${kind} ${name}`);
  return csvBytes([header, ...names.map((name) => [name, 'Puch', 'Mistral', ''])]);
}
