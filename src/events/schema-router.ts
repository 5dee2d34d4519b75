/** Publishes the JSON Schema of every event type at `GET /schemas/TYPE.json`, for anyone. */
import express, { type Router } from "express";
import type { KnownEventType } from "./event-type.js";
import { schemaFileName, writeSchema } from "./json-schema.js";

/** How long clients may cache a schema. Short, because a new version of Usher may add fields. */
const CACHE_SECONDS = 3_600;

export function createSchemaRouter(types: readonly KnownEventType[]): Router {
  const schemas = new Map(types.map((type) => [schemaFileName(type.type), writeSchema(type)]));
  const router = express.Router();
  router.get("/schemas/:name", ({ params: { name } }, response, next) => {
    const schema = schemas.get(name);
    if (schema === undefined) {
      next();
      return;
    }
    response.setHeader("Cache-Control", `public, max-age=${CACHE_SECONDS}`);
    // Tools that run in a browser may read schemas from any origin.
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
    response.type("application/schema+json").send(schema);
  });
  return router;
}
