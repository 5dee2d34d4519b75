/** Fills the settings tables of the administrators' guides from the declarations: `npm run guides`. */
import "reflect-metadata";
import { builtInConnectionTypes } from "../connection-types/index.js";
import { writeGuides } from "../connection/write-guides.js";
import { PUBLIC_CLOUDS } from "./describe-schema.js";

await writeGuides(builtInConnectionTypes(PUBLIC_CLOUDS), process.cwd());
