/**
 * Where a text stops being JSON. JSON.parse says so only together with what stands there, and in a
 * file of secrets that must not be repeated. Grammar: RFC 8259.
 */

/** A place in a text, both counted from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** The first place at which `text` is not JSON; undefined when all of it is. */
export function findJsonError(text: string): TextPosition | undefined {
  const reader = createReader(text);
  const isWhole = reader.value() && reader.token() === endOfText;
  return isWhole ? undefined : positionOf(text, reader.offset());
}

const endOfText = '';
const spacePattern = /[ \t\n\r]*/y;
/** In a text stands everything from the space on but the quote and the backslash. */
const tokenPattern =
  /[{}[\],:]|"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const scalarPattern = /^["\-\dtfn]/;

interface JsonReader {
  /** Start of the token that was read last. */
  offset(): number;
  /** The next token; empty at the end, undefined where there is none. */
  token(): string | undefined;
  /** Reads a whole value; false where it breaks off, and `offset` says where that is. */
  value(): boolean;
}

function createReader(text: string): JsonReader {
  let start = 0;
  let next = 0;

  function token(): string | undefined {
    spacePattern.lastIndex = next;
    start = next + (spacePattern.exec(text)?.[0].length ?? 0);
    if (start >= text.length) return endOfText;
    tokenPattern.lastIndex = start;
    const found = tokenPattern.exec(text)?.[0];
    next = start + (found?.length ?? 0);
    return found;
  }

  function value(): boolean {
    const first = token();
    if (first === '{') return items('}', member);
    if (first === '[') return items(']', value);
    return isScalar(first);
  }

  function member(): boolean {
    return token()?.startsWith('"') === true && token() === ':' && value();
  }

  function items(end: string, item: () => boolean): boolean {
    const before = next;
    if (token() === end) return true;
    next = before;
    for (;;) {
      if (!item()) return false;
      const separator = token();
      if (separator === end) return true;
      if (separator !== ',') return false;
    }
  }

  return { offset: () => start, token, value };
}

function isScalar(token: string | undefined): boolean {
  return token !== undefined && scalarPattern.test(token);
}

function positionOf(text: string, offset: number): TextPosition {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
