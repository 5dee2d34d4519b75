/** Writes the event types for `npm run guides`: a schema file for each, and the table of types in the guide. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KnownEventType } from "./event-type.js";
import { schemaFileName, writeSchema } from "./json-schema.js";

const BEGIN = "<!-- event-types -->";
const END = "<!-- /event-types -->";

/** Writes the schema files, and removes the files of types that no longer exist. */
export async function writeSchemaFiles(types: readonly KnownEventType[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = new Set(types.map(({ type }) => schemaFileName(type)));
  for (const name of await readdir(folder)) if (!names.has(name)) await rm(join(folder, name));
  for (const type of types) await writeFile(join(folder, schemaFileName(type.type)), writeSchema(type));
}

/** Replaces the table of types between the marks of the guide. */
export function fillEventTypes(guide: string, types: readonly KnownEventType[]): string {
  const from = guide.indexOf(BEGIN);
  const to = guide.indexOf(END, from);
  if (from === -1 || to === -1) throw new Error(`The guide of events needs the marks ${BEGIN} and ${END}.`);
  const rows = types
    .toSorted((left, right) => (left.type < right.type ? -1 : 1))
    .map(
      ({ type, description }) =>
        `| [\`${type}\`](#${anchorOf(type)}) | ${description} | [schema](schemas/${schemaFileName(type)}) |`,
    );
  const table = ["| type | when | |", "|---|---|---|", ...rows].join("\n");
  return `${guide.slice(0, from + BEGIN.length)}\n\n${table}\n\n${guide.slice(to)}`;
}

/** Markdown viewers leave the dot out of a heading's anchor. */
function anchorOf(type: string): string {
  return type.replaceAll(".", "");
}
