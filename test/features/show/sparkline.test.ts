import { describe, expect, it } from 'vitest';
import { sparkline } from '../../../src/features/show/sparkline.ts';

describe('a sparkline', () => {
  it('a sparkline rises from the smallest to the largest sample', () => {
    const line = sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8);
    expect(line).toEqual({ text: '▁▂▃▄▅▆▇█', min: 0, max: 7 });
  });

  it('a sparkline has the mean of each share of the samples', () => {
    expect(sparkline([0, 0, 100, 100, 40, 60], 3)?.text).toBe('▁█▅');
  });

  it('a sparkline leaves a space for a share without a number', () => {
    expect(sparkline([1, null, null, 2], 4)?.text).toBe('▁  █');
  });

  it('a sparkline is flat where all samples are equal, and nothing without a number', () => {
    expect(sparkline([5, 5, 5], 10)?.text).toBe('▁▁▁');
    expect(sparkline([null, Number.NaN], 10)).toBeUndefined();
    expect(sparkline([], 10)).toBeUndefined();
  });
});
