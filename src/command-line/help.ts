/**
 * How the help of a command looks: it fits narrow terminals, and ends with the examples.
 */
import type { Command, HelpConfiguration } from 'commander';
import { Help } from 'commander';
import { brokenLine } from '../domain/invocation.ts';
import { examplesOf } from './examples.ts';

/** Where less room is left beside the terms, each description stands below its term. */
const minDescriptionWidth = 30;
const descriptionIndent = ' '.repeat(6);

export const helpConfiguration: HelpConfiguration = {
  showGlobalOptions: true,
  minWidthToWrap: 20,
  visibleGlobalOptions: ({ parent }) => {
    const shared = parent?.parent ?? parent;
    return (shared?.options ?? []).filter(({ long }) => long !== '--version');
  },
  visibleCommands: ({ commands }) => [...commands],
  subcommandTerm: (command) => command.name(),
  optionDescription(option) {
    const { defaultValue } = option as { readonly defaultValue: unknown };
    const isNothing =
      defaultValue === false || (Array.isArray(defaultValue) && defaultValue.length === 0);
    if (isNothing) return option.description;
    return Help.prototype.optionDescription.call(this, option);
  },
  formatItem: (term, termWidth, description, helper) => {
    if (widthOf(helper) - termWidth - 4 >= minDescriptionWidth) {
      return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
    }
    return `  ${term}\n${indented(description, helper)}`;
  },
  formatHelp: (command, helper) => {
    const examples = examplesOf(pathOf(command)).map(
      ({ line, purpose }) =>
        `  ${brokenLine(line, widthOf(helper))}\n${indented(purpose, helper)}\n`,
    );
    const text = Help.prototype.formatHelp.call(helper, command, helper);
    return examples.length === 0 ? text : `${text}\nExamples:\n${examples.join('')}`;
  },
};

/** The name in full without that of the program, such as `keys new`. */
export function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null ? '' : `${pathOf(parent)} ${command.name()}`.trim();
}

function widthOf({ helpWidth = 80 }: Help): number {
  return helpWidth;
}

function indented(description: string, helper: Help): string {
  const width = widthOf(helper) - descriptionIndent.length;
  const lines = helper.boxWrap(description, width).split('\n');
  return lines.map((line) => descriptionIndent + line).join('\n');
}
