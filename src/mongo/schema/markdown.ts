/**
 * Renders the definitions as docs/schema.md. It writes no file.
 */
import { definitions } from './definitions.ts';
import type { Definition, Field, Fields, StravaField } from './field.ts';

const introduction = `# Schema

All collections and fields of the database. This file is generated from the definitions in \`src/mongo/schema/\`, like the validators, the indexes and the TypeScript types. One test compares it with the definitions, another compares the definitions with a filled database. To generate it:

    node --input-type=module -e "import { renderSchema } from './src/mongo/schema/markdown.ts'; console.log(renderSchema())" > docs/schema.md

The first table of a collection has the fields that Domestique writes. The validators check their types, and every document has the fields that are not marked optional. The second table has Strava's fields, which Domestique stores unchanged under Strava's names: there can be others, and any of them can be absent or null.
In a path, \`[]\` stands for any member of a list and \`*\` for any key. Ids are 64-bit integers, dates are BSON dates (UTC).
`;

/** Returns the text of docs/schema.md. */
export function renderSchema(): string {
  return [introduction, ...definitions.map(renderDefinition)].join('\n').trimEnd();
}

function renderDefinition({ name, meaning, fields, strava }: Definition): string {
  const head = [`## ${name}`, '', meaning, '', ...ownTable(fields)];
  const theirs = strava === undefined ? [] : ['', ...stravaTable(strava)];
  return [...head, ...theirs, ''].join('\n');
}

function ownTable(fields: Fields): readonly string[] {
  const rows = rowsOf('', fields);
  return ['| field | type | unit | example | meaning |', '|---|---|---|---|---|', ...rows];
}

function rowsOf(prefix: string, fields: Fields): readonly string[] {
  return Object.entries(fields).flatMap(([key, field]) => rowsOfField(`${prefix}${key}`, field));
}

function rowsOfField(path: string, field: Field): readonly string[] {
  const { unit, meaning, isOptional } = field;
  const type = field.label ?? field.type;
  const example = field.example === undefined ? '' : `\`${shown(field)}\``;
  const delivered = isOptional ? `optional: ${meaning}` : meaning;
  const row = rowOf([`\`${path}\``, type, unit ?? '', example, `${delivered}${valuesOf(field)}`]);
  return [row, ...membersOf(path, field)];
}

function membersOf(path: string, { type, fields, each }: Field): readonly string[] {
  if (fields !== undefined) return rowsOf(`${path}.`, fields);
  if (each === undefined) return [];
  const member = type === 'list' ? `${path}[]` : `${path}.*`;
  return each.fields === undefined ? rowsOfField(member, each) : rowsOf(`${member}.`, each.fields);
}

function shown({ type, example }: Field): string {
  if (type === 'unchecked') return String(example);
  if (type === 'date') return `ISODate("${String(example)}")`;
  return type === 'objectId' ? `ObjectId("${String(example)}")` : JSON.stringify(example);
}

function valuesOf({ values }: Field): string {
  if (values === undefined) return '';
  const delivered = Object.entries(values).map(([value, meaning]) => `\`${value}\`: ${meaning}`);
  return ` (${delivered.join('; ')})`;
}

function stravaTable(strava: Readonly<Record<string, StravaField>>): readonly string[] {
  const rows = Object.entries(strava).map(([path, { type, unit, example, meaning }]) =>
    rowOf([`\`${path}\``, type, unit ?? '', `\`${example}\``, meaning]),
  );
  return ["| Strava's field | type | unit | example | meaning |", '|---|---|---|---|---|', ...rows];
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
