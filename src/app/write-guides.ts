/**
 * Writes the parts of the guides that follow from declarations: `npm run guides`, `npx usher guides`. Also writes the guides of
 * the packages in `USHER_CONNECTION_TYPES`.
 */
import "reflect-metadata";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { readConnectionTypePackages } from "../config/configuration.js";
import { writeGuides } from "../connection/write-guides.js";
import { fillEventTypes, writeSchemaFiles } from "../events/event-guide.js";
import { PUBLIC_CLOUDS } from "./describe-schema.js";
import { loadConnectionTypes } from "./load-connection-types.js";
import { EVENT_TYPES } from "./module-lists.js";
import { fillOutcomes, OUTCOME_GUIDE } from "./outcome-guide.js";

const packages = readConnectionTypePackages(process.env["USHER_CONNECTION_TYPES"]);
const types = await loadConnectionTypes(PUBLIC_CLOUDS, packages);
await writeGuides(types, process.cwd());
const eventGuide = "docs/integrators/events.md";
// The folder of an installation does not hold Usher's own guides.
if (existsSync(eventGuide)) {
  await writeSchemaFiles(EVENT_TYPES, "docs/integrators/schemas");
  await writeFile(eventGuide, fillEventTypes(await readFile(eventGuide, "utf8"), EVENT_TYPES));
  await writeFile(OUTCOME_GUIDE, fillOutcomes(await readFile(OUTCOME_GUIDE, "utf8"), types));
}
