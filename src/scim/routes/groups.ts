/** Serves the groups of a directory at `/Groups` (RFC 7644, section 3). */
import express, { type Request, type Response, type Router } from "express";
import {
  changeGroupResource,
  createGroupResource,
  removeGroupResource,
} from "../../provisioning/directory/resource/group-resource.operations.js";
import { findMembersOf } from "../../provisioning/directory/resource/member.repository.js";
import { findResource, listResources } from "../../provisioning/directory/resource/resource.repository.js";
import type { Resource } from "../../provisioning/directory/resource/resource.js";
import type { Directory } from "../../provisioning/directory/stored/directory.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { answer } from "../answer.js";
import { invalid } from "../failures.js";
import { applyChange } from "../patch/apply-change.js";
import { readPatch } from "../patch/read-patch.js";
import { readDocument, type Document } from "../resource/read-document.js";
import { readBodyMembers, readGroup, readMemberChange } from "../resource/read-group.js";
import { select, wants, type Selection } from "../resource/select-attributes.js";
import { etagOf, locationOf, readETags, showList, showResource } from "../resource/show-resource.js";
import { GROUP_TYPE, USER_TYPE } from "../schema/schemas.js";
import type { ScimServices } from "../services.js";
import { readBody, readExpected, readPage, readQuerySelection } from "./read-request.js";

const MEMBERS = "members";
/**
 * The largest number of members in a list. A page of 200 large groups would have millions, and use up the memory of the process.
 *
 * @internal
 */
export const MOST_LISTED_MEMBERS = 50_000;

/** @param directoryOf the directory of the request's token */
export function createGroupRoutes(
  { store }: ScimServices,
  baseUrl: string,
  directoryOf: (response: Response) => Directory,
): Router {
  const router = express.Router();

  const show = async (directory: Directory, resources: readonly Resource[], selection: Selection) => {
    const ids = wants(selection, MEMBERS) ? resources.map(({ id }) => id) : [];
    // One group can always be read, whatever its size.
    const most = ids.length > 1 ? MOST_LISTED_MEMBERS : null;
    const memberships = await findMembersOf(store.reader, directory.id, ids, most);
    if (most !== null && memberships.length > most)
      throw invalid(
        "tooMany",
        `The list has more than ${most} members. Send a smaller count, or excludedAttributes=members.`,
      );
    const members = new Map<string, object[]>();
    for (const { groupId, userId } of memberships) {
      const shown = { value: userId, $ref: locationOf(USER_TYPE, baseUrl, userId), type: "User" };
      const list = members.get(groupId);
      if (list === undefined) members.set(groupId, [shown]);
      else list.push(shown);
    }
    return resources.map((resource) => {
      const list = members.get(resource.id);
      const shown = showResource(GROUP_TYPE, baseUrl, resource, list === undefined ? {} : { members: list });
      return select(shown, selection);
    });
  };
  const answerGroup = async (request: Request, response: Response, status: number, resource: Resource) => {
    const selection = readQuerySelection(GROUP_TYPE, request.query);
    const [shown] = await show(directoryOf(response), [resource], selection);
    response.setHeader("ETag", etagOf(resource));
    answer(response, status, shown ?? {});
  };
  const targetOf = (request: Request) => ({ id: String(request.params["id"]), expected: readExpected(request) });

  router.get("/", async (request, response) => {
    const page = readPage(GROUP_TYPE, request);
    const directory = directoryOf(response);
    const part = { condition: page.condition, skip: page.startIndex - 1, limit: page.count };
    const { resources, total } = await listResources(store.reader, directory.id, "GROUP", part);
    const shown = await show(directory, resources, page.selection);
    answer(response, 200, showList(shown, { startIndex: page.startIndex, total }));
  });

  router.get("/:id", async (request, response) => {
    const resource = await findResource(store.reader, directoryOf(response).id, "GROUP", request.params.id);
    if (resource === null) throw new Failure(NOT_FOUND, { type: "group" });
    const known = readETags(request.get("if-none-match"));
    if (known === "ANY" || known?.includes(resource.version)) {
      response.status(304).setHeader("ETag", etagOf(resource)).end();
      return;
    }
    await answerGroup(request, response, 200, resource);
  });

  router.post("/", async (request, response) => {
    const body = readBody(request);
    const content = readGroup(readDocument(GROUP_TYPE, body, MEMBERS));
    const resource = await createGroupResource(store, directoryOf(response), content, readBodyMembers(body) ?? []);
    response.setHeader("Location", locationOf(GROUP_TYPE, baseUrl, resource.id));
    await answerGroup(request, response, 201, resource);
  });

  router.put("/:id", async (request, response) => {
    const body = readBody(request);
    const content = readGroup(readDocument(GROUP_TYPE, body, MEMBERS));
    const ids = readBodyMembers(body);
    // A PUT that does not name the members keeps them (RFC 7644, section 3.5.1, allows it): a rename must not empty the group.
    const members = ids === null ? [] : [{ kind: "REPLACE" as const, ids }];
    const change = () => ({ content, members });
    await answerGroup(
      request,
      response,
      200,
      await changeGroupResource(store, directoryOf(response), targetOf(request), change),
    );
  });

  router.patch("/:id", async (request, response) => {
    const changes = readPatch(GROUP_TYPE, readBody(request));
    const isMembers = ({ path }: (typeof changes)[number]) => path.attribute.name === MEMBERS;
    const members = changes.filter(isMembers).map(readMemberChange);
    const others = changes.filter((change) => !isMembers(change));
    const resource = await changeGroupResource(store, directoryOf(response), targetOf(request), (before) => ({
      content: readGroup(others.reduce(applyChange, before.document as Document)),
      members,
    }));
    // An answer with all members would cost more than the change (RFC 7644, section 3.5.2, allows 204).
    response.status(204).setHeader("ETag", etagOf(resource)).end();
  });

  router.delete("/:id", async (request, response) => {
    await removeGroupResource(store, directoryOf(response), targetOf(request));
    response.status(204).end();
  });
  return router;
}
