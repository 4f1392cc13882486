import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLog, withOptions } from '../src/log.ts';

const hostile = '\u001b[2JAda\n12:00 INFO: forged\u202e\u009b';

function logged(format: 'pretty' | 'json', log: (of: ReturnType<typeof createLog>) => void) {
  let text = '';
  const destination = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  log(createLog({ level: 'debug', format }, destination, false));
  return text;
}

describe('the options of the log', () => {
  it.each([
    ['-q leaves errors', { quiet: true }, 'debug', 'error'],
    ['-q leaves a log silent that is silent', { quiet: true }, 'silent', 'silent'],
    ['-v adds debug lines', { verbose: true }, 'warn', 'debug'],
    ['-v takes nothing from a log of everything', { verbose: true }, 'trace', 'trace'],
    ['without options the setting counts', {}, 'warn', 'warn'],
  ] as const)('%s', (_, options, level, expected) => {
    const settings = withOptions({ level, format: 'json' }, { ...options, color: true });
    expect(settings).toEqual({ level: expected, format: 'json' });
  });
});

describe('the log', () => {
  it('the log in its pretty form shows foreign text harmless, on the line of its message', () => {
    const text = logged('pretty', (log) => {
      log.info({ athlete: hostile }, `Hello ${hostile}`);
    });
    expect(text).toContain('INFO: Hello [2JAda 12:00 INFO: forged');
    expect(text).toContain('"athlete":"[2JAda 12:00 INFO: forged"');
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it('the log in its pretty form shows a stack line by line', () => {
    const text = logged('pretty', (log) => {
      log.error({ err: new Error(hostile) }, 'Broken');
    });
    expect(text).toMatch(/\n\s+at .*log\.test\.ts/);
    expect(text).not.toContain('\u001b');
  });

  it('the log as JSON names the level', () => {
    const text = logged('json', (log) => {
      for (const level of ['debug', 'info', 'warn', 'error', 'fatal'] as const) log[level]('x');
    });
    const levels = text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { level: unknown }).level);
    expect(levels).toEqual(['debug', 'info', 'warn', 'error', 'fatal']);
  });

  it('the log as JSON keeps the exact text, and escapes what acts on a terminal', () => {
    const text = logged('json', (log) => {
      log.info({ name: hostile }, hostile);
    });
    expect(JSON.parse(text)).toMatchObject({ name: hostile, msg: hostile });
    expect(text).toContain('\\u202e\\u009b');
  });

  it('the log goes on after a line that could not be written', () => {
    let tries = 0;
    const destination = new Writable();
    destination.on('error', () => undefined);
    destination.write = () => {
      tries += 1;
      return destination.emit('error', new Error('ENOSPC'));
    };
    const log = createLog({ level: 'info', format: 'pretty' }, destination, false);
    log.info('one');
    log.info('two');
    expect(tries).toBe(2);
  });
});
