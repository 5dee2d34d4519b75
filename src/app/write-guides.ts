/** Fills what guides hold from the declarations, settings tables and the list of events: `npm run guides`. */
import "reflect-metadata";
import { writeFileSync } from "node:fs";
import { builtInConnectionTypes } from "../connection-types/index.js";
import { writeGuides } from "../connection/write-guides.js";
import { writeEventCatalogue } from "../events/write-catalogue.js";
import { PUBLIC_CLOUDS } from "./describe-schema.js";
import { EVENT_TYPES } from "./module-lists.js";

await writeGuides(builtInConnectionTypes(PUBLIC_CLOUDS), process.cwd());
writeFileSync("docs/integrators/events.md", writeEventCatalogue(EVENT_TYPES));
