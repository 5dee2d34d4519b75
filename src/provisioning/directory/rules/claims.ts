/**
 * What a directory says of a user and of a group, as the rules of mappings read it. A path of SCIM is a claim (RFC 7644,
 * section 3.10): `title`, `name.givenName`, `emails`, `emails[type eq "work"].value`, `department`. Pure.
 */
import { foldCase } from "../../../platform/text.js";
import type { ResourceDocument } from "../resource/resource.js";

/** Values by claim. */
export type Claims = Readonly<Record<string, readonly string[]>>;

/** What a directory says of a user. */
export interface Said {
  readonly claims: Claims;
  /** The names and external ids of the directory's groups that the user is in; `null` if the directory has no group. */
  readonly groups: readonly string[] | null;
}

/** The beginning of the ids of extensions. Each of their attributes is a claim under its name, with and without the id. */
const EXTENSION = "urn:";

/** The values of a user's document. */
export function claimsOf(document: ResourceDocument): Claims {
  // A document's names come from the provider's schema, but a claim may have any name, such as `constructor`.
  const claims = new Map<string, string[]>();
  const add = (claim: string, value: unknown) => {
    if (typeof value !== "string" && typeof value !== "boolean" && typeof value !== "number") return;
    const values = claims.get(claim);
    if (values === undefined) claims.set(claim, [String(value)]);
    else values.push(String(value));
  };
  const addObject = (prefix: string, object: object) => {
    for (const [name, value] of Object.entries(object)) addAttribute(`${prefix}${name}`, value);
  };
  const addAttribute = (name: string, value: unknown): void => {
    if (Array.isArray(value)) for (const element of value as readonly unknown[]) addElement(name, element);
    else if (typeof value === "object" && value !== null) addObject(`${name}.`, value);
    else add(name, value);
  };
  const addElement = (name: string, element: unknown) => {
    if (typeof element !== "object" || element === null) return add(name, element);
    const { value, type } = element as { readonly value?: unknown; readonly type?: unknown };
    add(name, value);
    for (const [sub, each] of Object.entries(element)) {
      add(`${name}.${sub}`, each);
      if (typeof type === "string") add(`${name}[type eq ${JSON.stringify(type)}].${sub}`, each);
    }
  };
  for (const [name, value] of Object.entries(document)) {
    if (!name.startsWith(EXTENSION)) addAttribute(name, value);
    else if (typeof value === "object" && value !== null) {
      addObject(`${name}:`, value);
      addObject("", value);
    }
  }
  return Object.fromEntries(claims);
}

/** The values by which rules on `groups` know a group: its name and its external id. */
export function groupValuesOf({ displayName, externalId }: ResourceDocument): readonly string[] {
  return [displayName, externalId].filter((value): value is string => typeof value === "string");
}

/** The roles that a document names: the values of `roles`, folded to one case. */
export function namedRolesOf(document: ResourceDocument): readonly string[] {
  return [...new Set((claimsOf({ roles: document["roles"] })["roles"] ?? []).map((value) => foldCase(value.trim())))];
}
