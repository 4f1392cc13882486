/**
 * Searches for secrets in every form in which they could leave.
 */

/** One word with the characters that URLs, shells and JSON treat specially. */
export function createCanary(name: string, seed: number): string {
  return `${name}${seed.toString(36)}/+=%&?#@:"'$${(seed * 7919).toString(36)}`;
}

/** The text itself, percent-encoded, escaped in JSON, in hexadecimal, and in base64 at any offset. */
export function formsOf(secret: string): ReadonlySet<string> {
  const bytes = Buffer.from(secret, 'utf8');
  const percent = encodeURIComponent(secret);
  return new Set([
    secret,
    percent,
    percent.replaceAll('%20', '+'),
    percent.toLowerCase(),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('hex'),
    ...[0, 1, 2].flatMap((offset) => base64At(bytes, offset)),
  ]);
}

/** The part of its base64 that does not depend on the surrounding text. */
function base64At(bytes: Buffer, offset: number): readonly string[] {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
  const from = offset === 0 ? 0 : 4;
  const to = Math.floor(whole.length / 3) * 4;
  return (['base64', 'base64url'] as const).map((form) => whole.toString(form).slice(from, to));
}

/** The names of the secrets that a text holds in any form. */
export function secretsIn(text: string, secrets: ReadonlyMap<string, string>): readonly string[] {
  return [...secrets].flatMap(([secret, name]) =>
    [...formsOf(secret)].some((form) => text.includes(form)) ? [name] : [],
  );
}
