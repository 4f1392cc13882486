/**
 * Writes the page of the cookbook, whose every query is the one that `query` runs and the tests check.
 */
import { recipeText, toMongosh } from './mongosh.ts';
import type { Recipe } from './recipe.ts';
import { recipes } from './recipes.ts';
import type { View } from './views.ts';
import { views } from './views.ts';

const introduction = `# Cookbook

Questions to the database, each with its query in the language of mongosh. Paste a query into
\`mongosh mongodb://127.0.0.1:27217/domestique\`, and put your own values behind the \`var\`s. \`npm run query -- NAME\` asks the same
(\`npm run query\` lists the names); the parameters are the \`var\`s: \`npm run query -- best-distance --sport Ride --meters 10000 --json\`.

- **Several athletes** can share a database, so each query is restricted to one: \`"sync.athlete_id": athlete\` in \`activities\`, \`athlete_id: athlete\` elsewhere.
  Leave that line out to ask of all. \`npm run query\` takes the only athlete by itself.
- **Days, weeks, months and years** are the athlete's own. \`start_date_local\` is Strava's text of the wall clock where it was; the \`Z\` at its end is wrong,
  so its first ten characters are the local day, and \`$dateFromString\` gives a date whose UTC fields are the wall clock's. \`start_date\` is the true instant.
- **Units** are Strava's: metres, seconds, watts, beats a minute. Distances on the ground are in metres, GeoJSON has the longitude first.
- \`derived\` has what is asked over all recordings, computed once when the streams are stored.
- Everything runs on MongoDB 6.0 and later. [querying.md](querying.md) has the user for reading, the connections and the measured times.

This page is written by the program: \`src/queries\` has the queries. The tests run every block and compare the answer with one computed without MongoDB.`;

/** The whole page, docs/cookbook.md. */
export function cookbookText(): string {
  const topics = [...new Set(recipes.map(({ topic }) => topic))];
  return `${[introduction, ...topics.map(topicText), viewsText()].join('\n\n')}\n`;
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

/** On one line, however long it is. */
function shapeOf(answer: object): string {
  return toMongosh(answer, Number.NEGATIVE_INFINITY);
}

function viewsText(): string {
  const intro =
    'Made at each start, and made anew where their definition changed. `db.weekly_totals.find({ athlete_id: NumberLong("1001") })` asks one. They are computed when they are asked.';
  return ['## Views', intro, ...views.map(viewText)].join('\n\n');
}

function viewText({ name, viewOn, pipeline, title, answer }: View): string {
  const block = `\`\`\`js\ndb.createView("${name}", "${viewOn}", ${toMongosh(pipeline)})\n\`\`\``;
  return [`### ${name}`, `Here is ${title}.`, block, `Each: \`${shapeOf(answer)}\``].join('\n\n');
}
