/** Serves the resources of one type at their address (RFC 7644, section 3). */
import express, { type Request, type Response, type Router } from "express";
import { findResource } from "../../provisioning/directory/resource/resource.repository.js";
import type { Resource } from "../../provisioning/directory/resource/resource.js";
import type { RequestingDirectory } from "../../provisioning/directory/log/request.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { answer } from "../answer.js";
import { etagOf, locationOf, readETags } from "../resource/show-resource.js";
import type { ScimServices } from "../services.js";
import type { Endpoint } from "./endpoint.js";
import { list } from "./lists.js";
import { readBody, readExpected, readQuerySelection, readSearch } from "./read-request.js";

/** @param directoryOf the directory of the request's token */
export function createResourceRoutes(
  services: ScimServices,
  endpoint: Endpoint,
  baseUrl: string,
  directoryOf: (response: Response) => RequestingDirectory,
): Router {
  const router = express.Router();
  const { type, kind } = endpoint;
  const answerResource = async (request: Request, response: Response, status: number, resource: Resource) => {
    const selection = readQuerySelection(type, request.query);
    const [shown] = await endpoint.show(directoryOf(response), [resource], selection);
    response.setHeader("ETag", etagOf(resource));
    answer(response, status, shown ?? {});
  };
  const targetOf = (request: Request) => ({
    id: String(request.params["id"]),
    expected: readExpected(request.get("if-match")),
  });

  router.get("/", async (request, response) => {
    answer(response, 200, await list(services, directoryOf(response), [endpoint], request.query));
  });

  router.post("/.search", async (request, response) => {
    answer(response, 200, await list(services, directoryOf(response), [endpoint], readSearch(request)));
  });

  router.get("/:id", async (request, response) => {
    const resource = await findResource(services.store.reader, directoryOf(response).id, kind, request.params.id);
    if (resource === null) throw new Failure(NOT_FOUND, { type: kind.toLowerCase() });
    const known = readETags(request.get("if-none-match"));
    if (known === "ANY" || known?.includes(resource.version)) {
      response.status(304).setHeader("ETag", etagOf(resource)).end();
      return;
    }
    await answerResource(request, response, 200, resource);
  });

  router.post("/", async (request, response) => {
    const resource = await endpoint.create(directoryOf(response), readBody(request));
    response.setHeader("Location", locationOf(type, baseUrl, resource.id));
    await answerResource(request, response, 201, resource);
  });

  router.put("/:id", async (request, response) => {
    const resource = await endpoint.replace(directoryOf(response), targetOf(request), readBody(request));
    await answerResource(request, response, 200, resource);
  });

  router.patch("/:id", async (request, response) => {
    const resource = await endpoint.patch(directoryOf(response), targetOf(request), readBody(request));
    if (endpoint.showsPatched) await answerResource(request, response, 200, resource);
    else response.status(204).setHeader("ETag", etagOf(resource)).end();
  });

  router.delete("/:id", async (request, response) => {
    await endpoint.remove(directoryOf(response), targetOf(request));
    response.status(204).end();
  });
  return router;
}
