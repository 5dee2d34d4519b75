/** Writes the parts of the guides that follow from declarations: `npm run guides`. */
import "reflect-metadata";
import { readFile, writeFile } from "node:fs/promises";
import { builtInConnectionTypes } from "../connection-types/index.js";
import { writeGuides } from "../connection/write-guides.js";
import { fillEventTypes, writeSchemaFiles } from "../events/event-guide.js";
import { PUBLIC_CLOUDS } from "./describe-schema.js";
import { EVENT_TYPES } from "./module-lists.js";

await writeGuides(builtInConnectionTypes(PUBLIC_CLOUDS), process.cwd());
await writeSchemaFiles(EVENT_TYPES, "docs/integrators/schemas");
const eventGuide = "docs/integrators/events.md";
await writeFile(eventGuide, fillEventTypes(await readFile(eventGuide, "utf8"), EVENT_TYPES));
