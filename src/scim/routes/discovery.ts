/** Serves what a provider can learn of this server (RFC 7644, section 4): its abilities, resource types and schemas. */
import express, { type Response, type Router } from "express";
import { findRolesOf } from "../../people/role/role.repository.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { answer } from "../answer.js";
import { MOST_BULK_OPERATIONS } from "../bulk/read-bulk.js";
import { GROUP_TYPE, ROLE_TYPE, schemasFor, USER_TYPE, type ResourceType, type Schema } from "../schema/schemas.js";
import type { Directory } from "../../provisioning/directory/stored/directory.js";
import { showList } from "../resource/show-resource.js";
import type { ScimServices } from "../services.js";
import { CURSOR_TIMEOUT_SECONDS } from "./cursor.js";
import { DEFAULT_COUNT, LARGEST_BODY_BYTES, LARGEST_COUNT } from "./read-request.js";

const SCHEMA = "urn:ietf:params:scim:schemas:core:2.0";

/** @param directoryOf the directory of the request's token */
export function createDiscoveryRoutes(
  { store }: ScimServices,
  baseUrl: string,
  directoryOf: (response: Response) => Directory,
): Router {
  const router = express.Router();
  router.get("/ServiceProviderConfig", (_request, response) => {
    answer(response, 200, {
      schemas: [`${SCHEMA}:ServiceProviderConfig`],
      documentationUri: "https://www.rfc-editor.org/rfc/rfc7644",
      patch: { supported: true },
      bulk: { supported: true, maxOperations: MOST_BULK_OPERATIONS, maxPayloadSize: LARGEST_BODY_BYTES },
      filter: { supported: true, maxResults: LARGEST_COUNT },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      // RFC 9865, section 4.
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: "index",
        defaultPageSize: DEFAULT_COUNT,
        maxPageSize: LARGEST_COUNT,
        cursorTimeout: CURSOR_TIMEOUT_SECONDS,
      },
      authenticationSchemes: [
        {
          type: "oauthbearertoken",
          name: "Bearer token",
          description: "The token of a provisioning directory, in the header Authorization.",
          primary: true,
        },
        {
          type: "oauth2",
          name: "Signed assertion",
          description: "An access token that /token gives for a JWT bearer assertion, where the directory has keys.",
          specUri: "https://www.rfc-editor.org/rfc/rfc7523",
        },
      ],
      meta: { resourceType: "ServiceProviderConfig", location: `${baseUrl}/ServiceProviderConfig` },
    });
  });
  serve(router, "/Schemas", async (response) => {
    const roles = await findRolesOf(store.reader, directoryOf(response).organizationId);
    return schemasFor(roles.map(({ key }) => key)).map((schema) => [schema.id, showSchema(baseUrl, schema)] as const);
  });
  const types = [USER_TYPE, GROUP_TYPE, ROLE_TYPE].map((type) => [type.name, showType(baseUrl, type)] as const);
  serve(router, "/ResourceTypes", async () => types);
  return router;
}

/** A list that is not filtered, and each of its parts by name. */
function serve(
  router: Router,
  path: string,
  read: (response: Response) => Promise<readonly (readonly [name: string, shown: object])[]>,
): void {
  router.get(path, async (request, response) => {
    // A filter would hide what a provider must know (RFC 7644, section 4).
    if (request.query["filter"] !== undefined) {
      answer(response, 403, {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
        status: "403",
        detail: `${path} cannot be filtered.`,
      });
      return;
    }
    const shown = (await read(response)).map(([, part]) => part);
    answer(response, 200, showList(shown, shown.length, { startIndex: 1 }));
  });
  router.get(`${path}/:name`, async (request, response) => {
    const found = (await read(response)).find(([name]) => name.toLowerCase() === request.params["name"]?.toLowerCase());
    if (found === undefined) throw new Failure(NOT_FOUND, { type: "SCIM endpoint" });
    answer(response, 200, found[1]);
  });
}

function showSchema(baseUrl: string, { id, name, description, attributes }: Schema): object {
  return {
    schemas: [`${SCHEMA}:Schema`],
    id,
    name,
    description,
    attributes,
    meta: { resourceType: "Schema", location: `${baseUrl}/Schemas/${id}` },
  };
}

function showType(baseUrl: string, { name, endpoint, description, core, extensions }: ResourceType): object {
  return {
    schemas: [`${SCHEMA}:ResourceType`],
    id: name,
    name,
    endpoint,
    description,
    schema: core.id,
    schemaExtensions: extensions.map(({ id }) => ({ schema: id, required: false })),
    meta: { resourceType: "ResourceType", location: `${baseUrl}/ResourceTypes/${name}` },
  };
}
