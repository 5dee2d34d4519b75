/** Translates a group's document and its members into what provisioning needs. */
import type { MemberChange } from "../../provisioning/directory/resource/group-resource.changes.js";
import type { DirectoryGroup } from "../../provisioning/directory/resource/resource.js";
import { foldCase, normalizeLine } from "../../platform/text.js";
import { invalid } from "../failures.js";
import type { Filter } from "../filter/parse-filter.js";
import type { Change } from "../patch/read-patch.js";
import { GROUP_TYPE } from "../schema/schemas.js";
import { indexDocument } from "./index-document.js";
import { isObject, orderDocument, type Document } from "./read-document.js";

const LONGEST_NAME = 200;
/** More members than a body of one megabyte can hold. */
const MOST_MEMBERS = 20_000;

/**
 * Reads a group's document.
 *
 * @throws SCIM_REQUEST_INVALID `invalidValue` if `displayName` is missing or too long
 */
export function readGroup(given: Document): DirectoryGroup {
  const sent = given["displayName"];
  const displayName = typeof sent === "string" ? normalizeLine(sent) : "";
  if (displayName === "") throw invalid("invalidValue", "displayName: is required.");
  if (displayName.length > LONGEST_NAME)
    throw invalid("invalidValue", `displayName: has ${displayName.length} characters; send at most ${LONGEST_NAME}.`);
  const { externalId = null } = given as { readonly externalId?: string };
  const document = orderDocument(GROUP_TYPE, given);
  const values = indexDocument(GROUP_TYPE, document);
  return { nameKey: foldCase(displayName), externalId, displayName, document, values };
}

/**
 * The ids in a list of members. Accepts members without a type and with a null `$ref`, because providers send them so.
 *
 * @throws SCIM_REQUEST_INVALID for members that are not users
 */
function readMembers(given: unknown): readonly string[] {
  if (given === null || given === undefined || given === "") return [];
  const members = Array.isArray(given) ? (given as readonly unknown[]) : [given];
  if (members.length > MOST_MEMBERS)
    throw invalid("invalidValue", `members: has ${members.length} values; send at most ${MOST_MEMBERS}.`);
  return members.map((member) => {
    const value = isObject(member) ? member["value"] : member;
    if (typeof value !== "string" || value === "")
      throw invalid("invalidValue", "members: each needs a value: the id of a user.");
    const type = isObject(member) ? member["type"] : undefined;
    if (typeof type === "string" && type.toLowerCase() === "group")
      throw invalid("invalidValue", "members: must be users; groups in groups are not supported.");
    return value;
  });
}

/** The members of a POST or PUT; `null` if the body does not name any attribute `members`. */
export function readBodyMembers(body: Readonly<Record<string, unknown>>): readonly string[] | null {
  const key = Object.keys(body).find((name) => name.toLowerCase() === "members");
  return key === undefined ? null : readMembers(body[key]);
}

/**
 * The members that `members[value eq "ID"]` names, also several with `or`.
 *
 * @throws SCIM_REQUEST_INVALID `invalidPath` for another filter, which would have to read all members
 */
function readMemberFilter(filter: Filter): readonly string[] {
  if (filter.kind === "or") return filter.filters.flatMap(readMemberFilter);
  if (filter.kind === "compare" && filter.operator === "eq" && filter.path.toLowerCase() === "value")
    if (typeof filter.value === "string") return [filter.value];
  throw invalid("invalidPath", 'The path of members supports members[value eq "ID"] alone.');
}

/**
 * The change of members that an operation of a PATCH asks for.
 *
 * @throws SCIM_REQUEST_INVALID
 */
export function readMemberChange({ op, path, value }: Change): MemberChange {
  if (path.elements !== null) {
    if (op !== "remove" || path.sub !== null)
      throw invalid("invalidPath", "A path with a filter on members can only remove them.");
    return { kind: "REMOVE", ids: readMemberFilter(path.elements.filter) };
  }
  if (path.sub !== null) throw invalid("invalidPath", 'members: name the whole attribute, or members[value eq "ID"].');
  if (op === "add") return { kind: "ADD", ids: readMembers(value) };
  if (op === "replace") return { kind: "REPLACE", ids: readMembers(value) };
  // Entra ID names the members to remove in the value. Without a value, all members are removed.
  return value === null || value === undefined ? { kind: "REMOVE_ALL" } : { kind: "REMOVE", ids: readMembers(value) };
}

/**
 * Joins consecutive changes that all add members, or all remove members, into one change. Providers send an operation for
 * each member, and each change costs statements.
 */
export function joinMemberChanges(changes: readonly MemberChange[]): readonly MemberChange[] {
  const joined: MemberChange[] = [];
  for (const change of changes) {
    const before = joined.at(-1);
    if (before?.kind === change.kind && isOfSome(before) && isOfSome(change))
      joined[joined.length - 1] = { kind: before.kind, ids: [...before.ids, ...change.ids] };
    else joined.push(change);
  }
  return joined;
}

function isOfSome(change: MemberChange): change is MemberChange & { readonly kind: "ADD" | "REMOVE" } {
  return change.kind === "ADD" || change.kind === "REMOVE";
}
