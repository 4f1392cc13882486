/**
 * Samples as one line of blocks of different heights.
 */
import type { Sample } from '../../domain/activity/streams.ts';

const blocks = '▁▂▃▄▅▆▇█';

export interface Sparkline {
  readonly text: string;
  readonly min: number;
  readonly max: number;
}

/**
 * The mean of each of `width` equal shares of the samples, between the smallest and the largest sample; a
 * share without a number is a space. Undefined without any number.
 */
export function sparkline(samples: readonly Sample[], width: number): Sparkline | undefined {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const length = Math.min(width, samples.length);
  const shares = Array.from({ length }, () => ({ sum: 0, count: 0 }));
  samples.forEach((sample, index) => {
    if (typeof sample !== 'number' || !Number.isFinite(sample)) return;
    const share = shares[Math.floor((index * length) / samples.length)];
    if (share === undefined) return;
    min = Math.min(min, sample);
    max = Math.max(max, sample);
    share.sum += sample;
    share.count += 1;
  });
  if (min > max) return undefined;
  const text = shares.map(({ sum, count }) =>
    count === 0 ? ' ' : blockOf(max === min ? 0 : (sum / count - min) / (max - min)),
  );
  return { text: text.join(''), min, max };
}

function blockOf(share: number): string {
  return blocks.charAt(Math.min(blocks.length - 1, Math.floor(share * blocks.length)));
}
