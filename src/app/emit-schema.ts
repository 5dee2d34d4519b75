/**
 * Writes the schema of this installation, with the types of `USHER_CONNECTION_TYPES`: `npm run schema`, `npx usher schema`.
 * `npm run schema:check` compares it with the committed one.
 */
import "reflect-metadata";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { readConnectionTypePackages } from "../config/configuration.js";
import { emitSchema } from "../platform/graphql/schema.js";
import { describeSchema, PUBLIC_CLOUDS } from "./describe-schema.js";
import { loadConnectionTypes } from "./load-connection-types.js";

const FILE = "graphql/schema.graphql";

const packages = readConnectionTypePackages(process.env["USHER_CONNECTION_TYPES"]);
const schema = emitSchema(describeSchema(await loadConnectionTypes(PUBLIC_CLOUDS, packages)));
mkdirSync(dirname(FILE), { recursive: true });
writeFileSync(FILE, schema);
