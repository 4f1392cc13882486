import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createMetrics } from '../../src/features/monitoring/metrics.ts';
import { parseExposition } from '../support/exposition.ts';
import { readProjectFile } from './project.ts';

/** All described metrics, even those without a value yet. */
const families = parseExposition(await createMetrics(systemClock).render());
const ours = [...families.keys()].filter((name) => name.startsWith('domestique_'));
const series = new Set(
  [...families].flatMap(([name, { type }]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
);

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly query: string }[] };
}

const metricName = /\b(?:domestique|process|nodejs)_\w+/g;

describe('the Grafana dashboard', () => {
  const { panels, templating } = JSON.parse(
    readProjectFile('deploy/grafana-dashboard.json'),
  ) as Dashboard;
  const expressions = [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...templating.list.map(({ query }) => query),
  ];
  const queried = new Set(expressions.flatMap((each) => each.match(metricName) ?? []));

  it('queries only metrics of the daemon', () => {
    expect(panels.length).toBeGreaterThan(10);
    expect([...queried].filter((name) => !series.has(name))).toEqual([]);
  });

  it('the Grafana dashboard shows every metric of the daemon', () => {
    const shown = [...queried].join(' ');
    expect(ours.length).toBeGreaterThan(10);
    expect(ours.filter((name) => !shown.includes(name))).toEqual([]);
  });
});

describe('the table of metrics in docs/monitoring.md', () => {
  it('the table of metrics in docs/monitoring.md has every metric of the daemon, and no other', () => {
    const named = new Set(readProjectFile('docs/monitoring.md').match(/\bdomestique_\w+_?\b/g));
    expect([...named].toSorted()).toEqual(ours.toSorted());
  });
});
