/**
 * Writes the page of the cookbook. `query` runs and the tests check the same queries.
 */
import { recipeText, toMongosh } from './mongosh.ts';
import type { Recipe } from './recipe.ts';
import { recipes } from './recipes.ts';
import type { View } from './views.ts';
import { views } from './views.ts';

/** `queries` imports nothing of the program, so the page's maker says how a command is called. */
type CommandLine = (command: string, ...args: readonly string[]) => string;

const introductionFor = (commandLine: CommandLine): string => `# Cookbook

Questions to the database, each with its query in the language of mongosh. Paste a query into
\`mongosh mongodb://127.0.0.1:27217/domestique\`, and set your own values in the \`var\` lines. \`${commandLine('query', 'NAME')}\` runs the same query
(\`${commandLine('query')}\` lists the names) and shows the answer in units and words, or with \`--raw\` as it is stored; the parameters are the \`var\` names: \`${commandLine('query', 'best-distance --sport Ride --meters 10000 --json')}\`.

- **Several athletes** can share a database, so each query is restricted to one: \`"sync.athlete_id": athlete\` in \`activities\`, \`athlete_id: athlete\` elsewhere.
  Remove that line to query all of them. \`${commandLine('query')}\` selects a single athlete by itself.
- **Some activities only**: another \`{ $match: { start_date: { $gte: ISODate("2026-01-01") }, sport_type: "Run" } }\` as the first stage, as \`--since\`, \`--until\` and \`--sport\` of \`query\` add it.
- **Days, weeks, months and years** are the athlete's own: \`derived.local.date\` is a date whose UTC fields are those of the wall clock where it was. \`start_date\` is the true instant.
  \`$convert\` changes no date: it makes nothing of a list that another program stored there, where \`$dateToString\` would fail.
- **Units** are Strava's: metres, seconds, watts, beats a minute. Distances on the ground are in metres, GeoJSON has the longitude first.
- \`derived\` has the values for questions over all activities, computed once when the summary and the streams are stored.
- **Odd values**, such as a text where a number belongs, may come from other programs or a hand. They are left out: an activity without a readable day is in no week, and a text adds nothing to a sum.
- Everything runs on MongoDB 6.0 and later. [querying.md](querying.md) describes the read-only user, the connections and the measured times.

This page is generated from \`src/queries\`. The tests run every block and compare its answer with one computed without MongoDB.`;

/** The whole page, docs/cookbook.md. */
export function cookbookText(commandLine: CommandLine): string {
  const topics = [...new Set(recipes.map(({ topic }) => topic))];
  return `${[introductionFor(commandLine), ...topics.map(topicText), viewsText()].join('\n\n')}\n`;
}

function topicText(topic: string): string {
  const own = recipes.filter((recipe) => recipe.topic === topic);
  return [`## ${topic}`, ...own.map(sectionOf)].join('\n\n');
}

function sectionOf(recipe: Recipe): string {
  const { name, title, answer, note } = recipe;
  const block = `\`\`\`js\n${recipeText(recipe)}\n\`\`\``;
  const parts = [`### ${name}`, title, block, `Each answer: \`${shapeOf(answer)}\``];
  return [...parts, ...(note === undefined ? [] : [note])].join('\n\n');
}

/** On one line of any length. */
function shapeOf(answer: object): string {
  return toMongosh(answer, Number.NEGATIVE_INFINITY);
}

function viewsText(): string {
  const intro =
    'Each start creates the views, and replaces those with another definition. A query such as `db.weekly_totals.find({ athlete_id: NumberLong("1001") })` computes them.';
  return ['## Views', intro, ...views.map(viewText)].join('\n\n');
}

function viewText({ name, viewOn, pipeline, title, answer }: View): string {
  const block = `\`\`\`js\ndb.createView("${name}", "${viewOn}", ${toMongosh(pipeline)})\n\`\`\``;
  return [`### ${name}`, `Here is ${title}.`, block, `Each: \`${shapeOf(answer)}\``].join('\n\n');
}
