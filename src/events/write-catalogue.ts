/** The list of event types for integrators, as Markdown: generated, committed, and compared by a test. */
import type { KnownEventType } from "./event-type.js";
import { describeEventType } from "./json-schema.js";

const INTRODUCTION = `# Events

Every event type that this version tells, with the JSON Schema of its webhook body. Generated from the declarations by
\`npm run guides\`; the query \`eventTypes { type description schema }\` answers the same. How events are delivered:
[webhooks](webhooks.md).

Objects gain fields in later versions: ignore what you do not know. Where a person was erased, snapshots keep the ids and
lose whoever it was. \`setEventRetention\` says after how many days events are forgotten; by itself, they are kept.
`;

/** The whole document. */
export function writeEventCatalogue(types: readonly KnownEventType[]): string {
  const sorted = types.toSorted((left, right) => (left.type < right.type ? -1 : 1));
  const rows = sorted.map(({ type, description }) => `| [\`${type}\`](#${anchorOf(type)}) | ${description} |`);
  const sections = sorted.map(
    (each) =>
      `## ${each.type}\n\n${each.description}\n\n\`\`\`json\n${JSON.stringify(describeEventType(each), null, 2)}\n\`\`\`\n`,
  );
  return [INTRODUCTION, `| type | when |\n|---|---|\n${rows.join("\n")}\n`, ...sections].join("\n");
}

/** As Markdown viewers make them: dots are left out. */
function anchorOf(type: string): string {
  return type.replaceAll(".", "");
}
