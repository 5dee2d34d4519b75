/** The users of a directory (RFC 7644, section 3). */
import { findDirectoryGroupsOf } from "../../provisioning/directory/resource/member.repository.js";
import {
  changeUserResource,
  createUserResource,
  removeUserResource,
} from "../../provisioning/directory/resource/user-resource.operations.js";
import { invalid } from "../failures.js";
import { applyChanges } from "../patch/apply-change.js";
import { readPatch } from "../patch/read-patch.js";
import { readDocument, type Document } from "../resource/read-document.js";
import { readUser } from "../resource/read-user.js";
import { select, wants } from "../resource/select-attributes.js";
import { locationOf, showResource } from "../resource/show-resource.js";
import { GROUP_TYPE, USER_TYPE } from "../schema/schemas.js";
import type { ScimServices } from "../services.js";
import type { Endpoint } from "./endpoint.js";

export function createUserEndpoint(
  { store, deletion }: Pick<ScimServices, "store" | "deletion">,
  baseUrl: string,
): Endpoint {
  return {
    type: USER_TYPE,
    kind: "USER",
    showsPatched: true,
    create: async (directory, body) =>
      await createUserResource(store, directory, readUser(readDocument(USER_TYPE, body))),
    replace: async (directory, target, body) => {
      const document = readDocument(USER_TYPE, body);
      return await changeUserResource(store, directory, target, (before) => {
        const was = readUser(before.document as Document);
        // A PUT without `active` does not give back the access that the provider took away.
        return { was, is: readUser(document, was.active) };
      });
    },
    patch: async (directory, target, body) => {
      const changes = readPatch(USER_TYPE, body);
      return await changeUserResource(store, directory, target, (before) => {
        const was = readUser(before.document as Document);
        const document = applyChanges(was.document as Document, changes);
        // Otherwise the state would stay, and the provider would not learn that its change had no effect.
        if (document["active"] === undefined) throw invalid("invalidValue", "active: must be true or false.");
        return { was, is: readUser(document) };
      });
    },
    remove: async (directory, target) => await removeUserResource(store, directory, target, deletion),
    show: async (directory, resources, selection) => {
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
    },
  };
}
