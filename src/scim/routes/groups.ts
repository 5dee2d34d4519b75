/** The groups of a directory (RFC 7644, section 3). */
import {
  changeGroupResource,
  createGroupResource,
  removeGroupResource,
} from "../../provisioning/directory/resource/group-resource.operations.js";
import { findMembersOf } from "../../provisioning/directory/resource/member.repository.js";
import { invalid } from "../failures.js";
import { applyChanges } from "../patch/apply-change.js";
import { readPatch } from "../patch/read-patch.js";
import { readDocument, type Document } from "../resource/read-document.js";
import { joinMemberChanges, readBodyMembers, readGroup, readMemberChange } from "../resource/read-group.js";
import { select, wants } from "../resource/select-attributes.js";
import { locationOf, showResource } from "../resource/show-resource.js";
import { GROUP_TYPE, USER_TYPE } from "../schema/schemas.js";
import type { ScimServices } from "../services.js";
import type { Endpoint } from "./endpoint.js";

const MEMBERS = "members";
/**
 * The largest number of members in a list. A page of 200 large groups would have millions, and use up the memory of the process.
 *
 * @internal
 */
export const MOST_LISTED_MEMBERS = 50_000;

export function createGroupEndpoint({ store }: Pick<ScimServices, "store">, baseUrl: string): Endpoint {
  return {
    type: GROUP_TYPE,
    kind: "GROUP",
    // An answer with all members would cost more than the change.
    showsPatched: false,
    create: async (directory, body) => {
      const content = readGroup(readDocument(GROUP_TYPE, body, MEMBERS));
      return await createGroupResource(store, directory, content, readBodyMembers(body) ?? []);
    },
    replace: async (directory, target, body) => {
      const content = readGroup(readDocument(GROUP_TYPE, body, MEMBERS));
      const ids = readBodyMembers(body);
      // A PUT that does not name the members keeps them (RFC 7644, section 3.5.1, allows it): a rename must not empty the group.
      const members = ids === null ? [] : [{ kind: "REPLACE" as const, ids }];
      return await changeGroupResource(store, directory, target, () => ({ content, members }));
    },
    patch: async (directory, target, body) => {
      const changes = readPatch(GROUP_TYPE, body);
      const isMembers = ({ path }: (typeof changes)[number]) => path.attribute.name === MEMBERS;
      const members = joinMemberChanges(changes.filter(isMembers).map(readMemberChange));
      const others = changes.filter((change) => !isMembers(change));
      return await changeGroupResource(store, directory, target, (before) => ({
        content: readGroup(applyChanges(before.document as Document, others)),
        members,
      }));
    },
    remove: async (directory, target) => await removeGroupResource(store, directory, target),
    show: async (directory, resources, selection) => {
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
    },
  };
}
