/** The entries of the table of queries and mutations: the callers who may use a field, and a valid request for it. */
import type { Permission } from "../../../src/access/permission.js";
import type { House } from "./callers.js";

/**
 * The callers who may use a field: callers with these permissions in the organization, all its members, only the operator, people
 * with a session (about themselves), every caller with a key or session, or every caller.
 */
export type Needs = readonly Permission[] | "MEMBERSHIP" | "OPERATOR" | "SELF" | "SIGN_IN" | "NOTHING";

export type Variables = Readonly<Record<string, unknown>>;

export interface Entry {
  readonly needs: Needs;
  /** A permission that suffices without `needs`. */
  readonly or?: Permission;
  /** Whether callers of other organizations get null instead of an error, as for an id that does not exist. */
  readonly nullElsewhere?: boolean;
  /** Whether people of the organization may use it about themselves without a permission. */
  readonly ofOneself?: boolean;
  /** The arguments and the selection of the field, with `$` variables: `(id: $id) { group { id } }`. */
  readonly use: string;
  /** Declares the variables: `$id: ID!`. */
  readonly declare?: string;
  /** Creates the objects that the request names, in the home organization, for each request. */
  readonly make?: (house: House) => Promise<Variables> | Variables;
}

export const home = ({ home: { organizationId } }: House): Variables => ({ organizationId });
export const ofHome = (needs: Needs, name: string): Entry => ({
  needs,
  declare: "$organizationId: ID!",
  use: `(organizationId: $organizationId) { totalCount nodes { ${name} } }`,
  make: home,
});
export const byId = (needs: Needs, use: string, make: NonNullable<Entry["make"]>): Entry => ({
  needs,
  declare: "$id: ID!",
  use: `(id: $id) { ${use} }`,
  make,
});
/** The rule for queries by id. */
export const foundById = (needs: Needs, use: string, make: NonNullable<Entry["make"]>): Entry => ({
  ...byId(needs, use, make),
  nullElsewhere: true,
});
export const byInput = (needs: Needs, type: string, use: string, input: NonNullable<Entry["make"]>): Entry => ({
  needs,
  declare: `$input: ${type}!`,
  use: `(input: $input) { ${use} }`,
  make: async (house) => ({ input: await input(house) }),
});
/** The rule for mutations of many accounts, which return a result for each account. */
export const byIds = (needs: Needs, make: (house: House) => Promise<string>): Entry => ({
  needs,
  declare: "$ids: [ID!]!",
  use: "(ids: $ids) { results { ok code } }",
  make: async (house) => ({ ids: [await make(house)] }),
});
