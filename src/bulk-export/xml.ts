/**
 * Reads XML as devices and sites write it: it goes on after what is wrong, and says what was.
 */
import { SaxesParser } from 'saxes';

/** Receives the elements under their local names: prefixes vary, and some are not declared. */
export interface XmlHandler {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  /** `text` is what stands in the element, after the last element inside. */
  close(name: string, text: string): void;
}

const chunkBytes = 64 * 1024;
/** Recordings nest about ten deep, and have two attributes in a point. */
const maxDepth = 100;
const maxAttributes = 100;
/** Each point after a damaged place can be an error. */
const maxErrors = 100_000;

/** Ends the parser where a document is made to exhaust the memory or the time. */
class XmlLimitError extends Error {}

/**
 * Calls the handler for each element, and returns what was wrong, each a clause. Entities of a document
 * type are never expanded. It throws nothing but what the handler throws.
 */
export function readXml(bytes: Uint8Array, handler: XmlHandler): readonly string[] {
  let [errors, damage] = [0, ''];
  const parser = createParser(handler, (error) => {
    if (errors === 0) damage = error.message;
    errors += 1;
    if (errors > maxErrors) throw new XmlLimitError('it has too many errors to go on');
  });
  const limit = untilLimit(() => {
    for (const text of decodedChunks(bytes)) parser.write(text);
  });
  const found = errors === 0 ? [] : [`its XML is damaged (${place(damage)})`];
  if (limit !== undefined) return [...found, limit];
  const errorsBefore = errors;
  const limitAtEnd = untilLimit(() => parser.close());
  const isCut = errors > errorsBefore || limitAtEnd !== undefined;
  return isCut ? [...found, 'it ends before its last element is closed'] : found;
}

/** Runs until a limit ends it, and returns the limit's clause. */
function untilLimit(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof XmlLimitError) return error.message;
    throw error;
  }
}

function createParser(handler: XmlHandler, onError: (error: Error) => void): SaxesParser {
  const parser = new SaxesParser();
  let [text, depth, attributes] = ['', 0, 0];
  parser.on('error', onError);
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > maxAttributes) throw new XmlLimitError('an element has too many attributes');
  });
  parser.on('opentag', (tag) => {
    [text, attributes, depth] = ['', 0, depth + 1];
    if (depth > maxDepth) throw new XmlLimitError('its elements nest too deep');
    handler.open(localName(tag.name), tag.attributes);
  });
  const addText = (part: string): void => {
    text += part;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', (tag) => {
    depth -= 1;
    handler.close(localName(tag.name), text);
    text = '';
  });
  return parser;
}

const localName = (name: string): string => name.slice(name.lastIndexOf(':') + 1);

/** saxes begins its messages with line and column. */
function place(message: string): string {
  return message.replace(/^(\d+):\d+: (.*?)\.?$/, 'line $1: $2');
}

const controlCharacters = /[^\P{Cc}\t\n\r]/gu;
const bareAmpersand = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)/g;
const maxEntityLength = '&#1234567;'.length;

/** The text from the first `<` on, in parts, without control characters and bare ampersands. */
function* decodedChunks(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder(encodingOf(bytes));
  let [kept, hasBegun] = ['', false];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const part = bytes.subarray(at, at + chunkBytes);
    let text = kept + decoder.decode(part, { stream: true }).replace(controlCharacters, '');
    if (!hasBegun) {
      text = text.replace(/^[^<]*/, '');
      hasBegun = text !== '';
    }
    const ampersand = text.lastIndexOf('&');
    const isUndecided = ampersand >= 0 && ampersand > text.length - maxEntityLength;
    kept = isUndecided ? text.slice(ampersand) : '';
    yield (isUndecided ? text.slice(0, ampersand) : text).replace(bareAmpersand, '&amp;');
  }
  yield (kept + decoder.decode()).replace(bareAmpersand, '&amp;');
}

/** By the mark at the beginning. */
export function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
