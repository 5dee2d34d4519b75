/** Serves the users of a directory at `/Users` (RFC 7644, section 3). */
import express, { type Request, type Response, type Router } from "express";
import type { Directory } from "../../provisioning/directory/stored/directory.js";
import { findDirectoryGroupsOf } from "../../provisioning/directory/resource/member.repository.js";
import { findResource, listResources } from "../../provisioning/directory/resource/resource.repository.js";
import type { Resource } from "../../provisioning/directory/resource/resource.js";
import {
  changeUserResource,
  createUserResource,
  removeUserResource,
} from "../../provisioning/directory/resource/user-resource.operations.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { answer } from "../answer.js";
import { applyChange } from "../patch/apply-change.js";
import { readPatch } from "../patch/read-patch.js";
import { readDocument, type Document } from "../resource/read-document.js";
import { readUser } from "../resource/read-user.js";
import { select, wants, type Selection } from "../resource/select-attributes.js";
import { etagOf, locationOf, readETags, showList, showResource } from "../resource/show-resource.js";
import { GROUP_TYPE, USER_TYPE } from "../schema/schemas.js";
import type { ScimServices } from "../services.js";
import { readBody, readExpected, readPage, readQuerySelection } from "./read-request.js";

/** @param directoryOf the directory of the request's token */
export function createUserRoutes(
  { store, deletion }: ScimServices,
  baseUrl: string,
  directoryOf: (response: Response) => Directory,
): Router {
  const router = express.Router();
  const show = async (directory: Directory, resources: readonly Resource[], selection: Selection) => {
    const ids = wants(selection, "groups") ? resources.map(({ id }) => id) : [];
    const groups = await findDirectoryGroupsOf(store.reader, directory.id, ids);
    return resources.map((resource) => {
      const shown = groups.get(resource.id)?.map(({ id, name }) => ({
        value: id,
        $ref: locationOf(GROUP_TYPE, baseUrl, id),
        display: name,
        type: "direct",
      }));
      return select(showResource(USER_TYPE, baseUrl, resource, shown && { groups: shown }), selection);
    });
  };
  const answerUser = async (request: Request, response: Response, status: number, resource: Resource) => {
    const selection = readQuerySelection(USER_TYPE, request.query);
    const [shown] = await show(directoryOf(response), [resource], selection);
    response.setHeader("ETag", etagOf(resource));
    answer(response, status, shown ?? {});
  };
  const targetOf = (request: Request) => ({ id: String(request.params["id"]), expected: readExpected(request) });

  router.get("/", async (request, response) => {
    const page = readPage(USER_TYPE, request);
    const part = { condition: page.condition, skip: page.startIndex - 1, limit: page.count };
    const directory = directoryOf(response);
    const { resources, total } = await listResources(store.reader, directory.id, "USER", part);
    const shown = await show(directory, resources, page.selection);
    answer(response, 200, showList(shown, { startIndex: page.startIndex, total }));
  });

  router.get("/:id", async (request, response) => {
    const resource = await findResource(store.reader, directoryOf(response).id, "USER", request.params.id);
    if (resource === null) throw new Failure(NOT_FOUND, { type: "user" });
    const known = readETags(request.get("if-none-match"));
    if (known === "ANY" || known?.includes(resource.version)) {
      response.status(304).setHeader("ETag", etagOf(resource)).end();
      return;
    }
    await answerUser(request, response, 200, resource);
  });

  router.post("/", async (request, response) => {
    const person = readUser(readDocument(USER_TYPE, readBody(request)));
    const resource = await createUserResource(store, directoryOf(response), person);
    response.setHeader("Location", locationOf(USER_TYPE, baseUrl, resource.id));
    await answerUser(request, response, 201, resource);
  });

  router.put("/:id", async (request, response) => {
    const document = readDocument(USER_TYPE, readBody(request));
    const resource = await changeUserResource(store, directoryOf(response), targetOf(request), (before) => {
      const was = readUser(before.document as Document);
      // A PUT without `active` does not give back the access that the provider took away.
      return { was, is: readUser(document, was.active) };
    });
    await answerUser(request, response, 200, resource);
  });

  router.patch("/:id", async (request, response) => {
    const changes = readPatch(USER_TYPE, readBody(request));
    const resource = await changeUserResource(store, directoryOf(response), targetOf(request), (before) => {
      const was = readUser(before.document as Document);
      return { was, is: readUser(changes.reduce(applyChange, was.document as Document), was.active) };
    });
    await answerUser(request, response, 200, resource);
  });

  router.delete("/:id", async (request, response) => {
    await removeUserResource(store, directoryOf(response), targetOf(request), deletion);
    response.status(204).end();
  });
  return router;
}
