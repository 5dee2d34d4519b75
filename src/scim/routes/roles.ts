/** Serves the roles of the organization at `/Roles`, to read alone (draft-ietf-scim-roles-entitlements). */
import express, { type Request, type Response, type Router } from "express";
import { findRole, findRolesOf } from "../../people/role/role.repository.js";
import type { Role } from "../../people/role/role.js";
import type { ResourceCondition } from "../../provisioning/directory/resource/condition.js";
import type { Directory } from "../../provisioning/directory/stored/directory.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { answer } from "../answer.js";
import { invalid, SCIM_READ_ONLY } from "../failures.js";
import { passes } from "../filter/evaluate-condition.js";
import { indexDocument } from "../resource/index-document.js";
import type { Document } from "../resource/read-document.js";
import { select, type Selection } from "../resource/select-attributes.js";
import { locationOf, showList } from "../resource/show-resource.js";
import { ROLE_TYPE } from "../schema/schemas.js";
import type { ScimServices } from "../services.js";
import { readList, readQuerySelection } from "./read-request.js";

/** @param directoryOf the directory of the request's token */
export function createRoleRoutes(
  { store }: ScimServices,
  baseUrl: string,
  directoryOf: (response: Response) => Directory,
): Router {
  const router = express.Router();
  const documentOf = ({ id, key, name }: Role, { assignableRoleIds }: Directory): Document => ({
    value: key,
    display: name,
    supported: assignableRoleIds.includes(id),
  });
  const show = (role: Role, directory: Directory, selection: Selection) =>
    select(
      {
        schemas: [ROLE_TYPE.core.id],
        id: role.id,
        ...documentOf(role, directory),
        meta: { resourceType: ROLE_TYPE.name, location: locationOf(ROLE_TYPE, baseUrl, role.id) },
      },
      selection,
    );

  router.get("/", async (request: Request, response: Response) => {
    const directory = directoryOf(response);
    const { parts, from, count, sort } = readList([ROLE_TYPE], request.query);
    if (!("startIndex" in from) || sort !== null)
      throw invalid("invalidValue", "/Roles has neither cursors nor an order. Use startIndex and count.");
    const { condition, selection } = parts[0]!;
    const roles = (await findRolesOf(store.reader, directory.organizationId)).filter(
      (role) => condition === null || isIn(role, documentOf(role, directory), condition),
    );
    const page = roles.slice(from.startIndex - 1, from.startIndex - 1 + count);
    answer(
      response,
      200,
      showList(
        page.map((role) => show(role, directory, selection)),
        roles.length,
        from,
      ),
    );
  });

  router.get("/:id", async (request: Request, response: Response) => {
    const directory = directoryOf(response);
    const role = await findRole(store.reader, directory.organizationId, String(request.params["id"]));
    if (role === null) throw new Failure(NOT_FOUND, { type: "role" });
    answer(response, 200, show(role, directory, readQuerySelection(ROLE_TYPE, request.query)));
  });

  router.all(/.*/, (_request: Request, response: Response) => {
    response.setHeader("Allow", "GET, HEAD");
    throw new Failure(SCIM_READ_ONLY, {});
  });
  return router;
}

function isIn({ id }: Role, document: Document, condition: ResourceCondition): boolean {
  return passes(condition, indexDocument(ROLE_TYPE, document), id);
}
