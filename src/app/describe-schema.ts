/** The schema as it is read, not served: no database stands behind it. */
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
  throw new Error("This schema is for reading; nothing stands behind it.");
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
  };
  const webhooks = webhookServices(store, services, { post: unserved, rules: services.runtime.urls }, EVENT_TYPES);
  return createSchema(store, services, webhooks, createCatalogue(registry));
}

/** No connection type's shape depends on where its provider is. */
export const PUBLIC_CLOUDS = {
  entraAuthority: "https://login.microsoftonline.com",
  graphUrl: "https://graph.microsoft.com",
  googleIssuer: "https://accounts.google.com",
  googleDirectoryUrl: "https://admin.googleapis.com",
};
