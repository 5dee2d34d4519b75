/** Writes `graphql/schema.graphql`: `npm run schema`. `npm run schema:check` compares it with the committed one. */
import "reflect-metadata";
import { writeFileSync } from "node:fs";
import { emitSchema } from "../platform/graphql/schema.js";
import { describeSchema } from "./describe-schema.js";

writeFileSync("graphql/schema.graphql", emitSchema(describeSchema()));
