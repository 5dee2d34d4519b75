/** Builds the schema without a database, for commands that only read it. */
import type { GraphQLSchema } from "graphql";
import type { Store } from "../access/store.js";
import { builtInConnectionTypes } from "../connection-types/index.js";
import type { AnyConnectionType } from "../connection/contract/index.js";
import { createRegistry } from "../connection/registry.js";
import { systemClock } from "../platform/clock.js";
import { createCatalogue } from "./catalogue.js";
import { EVENT_TYPES } from "./module-lists.js";
import { createSchema } from "./schema.js";
import { webhookServices } from "./webhooks.js";

const unserved = () => {
  throw new Error("This schema is only for reading. It has no database.");
};

/** The schema that an installation with these connection types serves. */
export function describeSchema(
  types: readonly AnyConnectionType[] = builtInConnectionTypes(PUBLIC_CLOUDS),
): GraphQLSchema {
  const store: Store = {
    reader: { dialect: "sqlite", rows: unserved, row: unserved },
    begin: unserved,
  };
  const registry = createRegistry(types);
  const keyRing = { seal: unserved, open: unserved, needsReseal: unserved };
  const services = {
    ...store,
    registry,
    runtime: {
      publicUrl: "http://localhost",
      fetch: unserved,
      clock: systemClock,
      urls: { serverUrl: unserved, browserUrl: unserved },
      keyRing,
    },
    operatorContact: null,
  };
  const webhooks = webhookServices(store, services, { post: unserved, rules: services.runtime.urls }, EVENT_TYPES);
  return createSchema(store, services, webhooks, createCatalogue(registry));
}

/** The addresses of providers, which do not change the schema. */
export const PUBLIC_CLOUDS = {
  entraAuthority: "https://login.microsoftonline.com",
  graphUrl: "https://graph.microsoft.com",
  googleIssuer: "https://accounts.google.com",
  googleDirectoryUrl: "https://admin.googleapis.com",
};
