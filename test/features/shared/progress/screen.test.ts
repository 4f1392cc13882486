import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { openScreen } from '../../../../src/features/shared/progress/screen.ts';
import { writeAbove } from '../../../../src/features/shared/progress/write-above.ts';
import { screenOf } from '../../../support/command/terminal-screen.ts';

function createTerminal(columns: number) {
  const given = Object.assign(new PassThrough(), { isTTY: true, columns });
  const stream = given as unknown as NodeJS.WriteStream;
  let text = '';
  given.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  return { stream, text: () => text, screen: () => screenOf(text, columns) };
}

const ticks = () => new Promise((done) => setImmediate(done));

it('draws lines for the width of the terminal, and takes them away', async () => {
  const terminal = createTerminal(40);
  const screen = openScreen(terminal.stream, 2, (width) => [`width ${width}`, 'second']);
  await ticks();
  expect(terminal.screen()).toEqual(['width 40', 'second']);
  screen.end();
  screen.end();
  await ticks();
  expect(terminal.screen()).toEqual([]);
  expect(terminal.text().split('\u001B[?25h')).toHaveLength(2);
});

it('takes 80 columns where the terminal does not tell its width', async () => {
  const terminal = createTerminal(0);
  const screen = openScreen(terminal.stream, 1, (width) => [`${width}`]);
  await ticks();
  screen.end();
  expect(terminal.text()).toContain('80');
});

it('keeps what is written meanwhile above its lines', async () => {
  const terminal = createTerminal(40);
  writeAbove(terminal.stream, 'before\n');
  const screen = openScreen(terminal.stream, 2, () => ['a long first line', 'a long second line']);
  writeAbove(terminal.stream, 'log\nwith a stack\n');
  await ticks();
  expect(terminal.screen()).toEqual([
    ...['before', 'log', 'with a stack'],
    ...['a long first line', 'a long second line'],
  ]);
  screen.end();
  writeAbove(terminal.stream, 'after\n');
  await ticks();
  expect(terminal.screen()).toEqual(['before', 'log', 'with a stack', 'after']);
});

it('draws one set of lines at a time', async () => {
  const terminal = createTerminal(40);
  const first = openScreen(terminal.stream, 1, () => ['first']);
  const second = openScreen(terminal.stream, 1, () => ['second']);
  second.end();
  await ticks();
  expect(terminal.screen()).toEqual(['first']);
  first.end();
  const third = openScreen(terminal.stream, 1, () => ['third']);
  await ticks();
  expect(terminal.screen()).toEqual(['third']);
  third.end();
});
