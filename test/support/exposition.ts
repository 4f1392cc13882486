/**
 * Reads the text format of Prometheus, by its definition alone and without the library that writes it:
 * https://prometheus.io/docs/instrumenting/exposition_formats/. A line it does not know is an error.
 */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const comment = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/;
const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const pair = /^([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/;

/** @throws for a text that is not well-formed, or a sample without HELP and TYPE before it. */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('The last line has no end.');
  const families = new Map<string, { type: string; help: string; samples: Sample[] }>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, keyword, name = '', rest = ''] = comment.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (families.has(name)) throw new Error(`${name} comes twice.`);
      families.set(name, { type: '', help: rest, samples: [] });
    } else if (keyword === 'TYPE') familyOf(families, name, line).type = rest;
    else {
      const read = readSample(line);
      familyOf(families, read.name, line).samples.push(read);
    }
  }
  return families;
}

function familyOf<T extends { readonly type: string }>(
  families: ReadonlyMap<string, T>,
  name: string,
  line: string,
): T {
  const base = families.get(name.replace(/_(?:bucket|sum|count)$/, ''));
  const family = families.get(name) ?? (base?.type === 'histogram' ? base : undefined);
  if (family === undefined) throw new Error(`Nothing was said of: ${line}`);
  return family;
}

function readSample(line: string): Sample {
  const [, name = '', list = '', number = ''] = sample.exec(line) ?? [];
  const value = number === '+Inf' ? Infinity : Number(number);
  if (name === '' || Number.isNaN(value)) throw new Error(`This is no sample: ${line}`);
  const labels: Record<string, string> = {};
  for (let rest = list; rest !== '';) {
    const [whole, label = '', text = ''] = pair.exec(rest) ?? [];
    if (whole === undefined || label in labels) throw new Error(`These are no labels: ${line}`);
    labels[label] = text;
    rest = rest.slice(whole.length);
  }
  return { name, labels, value };
}
