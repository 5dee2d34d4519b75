/** SCIM 2.0 at `/scim/v2` (RFC 7644), with which identity providers create, change and remove users. */
import express, { type Request, type Response, type Router } from "express";
import type { RequestingDirectory } from "../provisioning/directory/log/request.js";
import { requireActing } from "../provisioning/directory/resource/in-directory.js";
import { Failure, NOT_FOUND } from "../platform/errors/failure.js";
import { noteError } from "../platform/http/request-notes.js";
import { answer, answerScimErrors } from "./answer.js";
import { authenticate } from "./authenticate.js";
import { runBulk } from "./bulk/run-bulk.js";
import { createDiscoveryRoutes } from "./routes/discovery.js";
import { createGroupEndpoint } from "./routes/groups.js";
import { list } from "./routes/lists.js";
import { LARGEST_BODY_BYTES, readBody, readSearch } from "./routes/read-request.js";
import { createRoleRoutes } from "./routes/roles.js";
import { createResourceRoutes } from "./routes/resources.js";
import { createUserEndpoint } from "./routes/users.js";
import type { ScimServices } from "./services.js";
import { ROLE_TYPE } from "./schema/schemas.js";
import { noteArrival, traceRequest } from "./trace-request.js";
import { createTokenRoute } from "./token/token-route.js";

export function createScimRouter(services: ScimServices): Router {
  const router = express.Router();
  const baseUrl = `${services.publicUrl}/scim/v2`;
  const directoryOf = (response: Response) => response.locals["directory"] as RequestingDirectory;
  router.use("/token", createTokenRoute(services, baseUrl));
  // The token is checked first, so that Usher does not read the body of an unknown caller.
  router.use(async (request: Request, response: Response, next) => {
    const arrival = noteArrival(services);
    const directory = await authenticate(services, request);
    response.locals["directory"] = traceRequest(services, { request, response }, directory, arrival);
    await services.limits.useRequest(directory.id);
    await requireActing(services.store.reader, directory);
    next();
  });
  // Google Workspace and Okta send application/json. Some providers send a body without a type.
  router.use(express.json({ limit: LARGEST_BODY_BYTES, type: () => true }));
  const endpoints = [createUserEndpoint(services, baseUrl), createGroupEndpoint(services, baseUrl)];
  for (const endpoint of endpoints)
    router.use(endpoint.type.endpoint, createResourceRoutes(services, endpoint, baseUrl, directoryOf));
  router.post("/.search", async (request: Request, response: Response) => {
    answer(response, 200, await list(services, directoryOf(response), endpoints, readSearch(request)));
  });
  router.post("/Bulk", async (request: Request, response: Response) => {
    const place = {
      endpoints,
      baseUrl,
      directory: directoryOf(response),
      note: (code: string, reference: string | null) => noteError(request, code, reference),
      isAwaited: () => !response.closed,
    };
    answer(response, 200, await runBulk(services, place, readBody(request)));
  });
  router.use(ROLE_TYPE.endpoint, createRoleRoutes(services, baseUrl, directoryOf));
  router.use(createDiscoveryRoutes(services, baseUrl, directoryOf));
  router.use(() => {
    throw new Failure(NOT_FOUND, { type: "SCIM endpoint" });
  });
  router.use(answerScimErrors(services.logDefect));
  return router;
}
