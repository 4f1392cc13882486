/**
 * JSON without rounding: a bigint is written as an integer.
 */
import type { JsonValue } from '../../../domain/json.ts';
import { escapeActing } from '../../../terminal-text.ts';

/** https://tc39.es/proposal-json-parse-with-source/, which Node 24 has and TypeScript does not know. */
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

/** One line of JSON, harmless on a terminal. */
export function jsonText(value: JsonValue): string {
  const text = JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'bigint' ? rawJSON(member.toString()) : member,
  );
  return escapeActing(text);
}
