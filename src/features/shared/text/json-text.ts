/**
 * JSON without rounding: a bigint is written as an integer.
 */
import type { JsonValue } from '../../../domain/json.ts';
import { escapeActing } from '../../../terminal-text.ts';

/** https://tc39.es/proposal-json-parse-with-source/, which Node 24 has and TypeScript does not know. */
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

/** One line of JSON, harmless on a terminal. */
export function jsonText(value: JsonValue): string {
  return escapeActing(stringified(value));
}

function stringified(value: JsonValue): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // The first bigint ends it. A replacer is called for every number, so only few values pay for it.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_key, member: unknown) =>
      typeof member === 'bigint' ? rawJSON(member.toString()) : member,
    );
  }
}
