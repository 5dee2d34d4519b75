/** How the table of queries and mutations tells who may use one, and makes a request that is right but for who sends it. */
import type { Permission } from "../../../src/access/permission.js";
import type { House } from "./callers.js";

/**
 * Who may: whoever holds the permissions in the organization, every member of it, the operator alone, a person with a
 * session for themself, every caller with a key or a session, or anybody at all.
 */
export type Needs = readonly Permission[] | "MEMBERSHIP" | "OPERATOR" | "SELF" | "SIGN_IN" | "NOTHING";

export type Variables = Readonly<Record<string, unknown>>;

export interface Entry {
  readonly needs: Needs;
  /** Another permission that is enough as well. */
  readonly or?: Permission;
  /** Whether it is null, and no error, to who belongs to another organization: as for an id that does not exist. */
  readonly nullElsewhere?: boolean;
  /** Whether a person of the organization is answered about themself, whatever they hold. */
  readonly ofOneself?: boolean;
  /** The arguments and the selection of the field, with `$` variables: `(id: $id) { group { id } }`. */
  readonly use: string;
  /** Declares the variables: `$id: ID!`. */
  readonly declare?: string;
  /** Makes what the request is about, in the home organization, anew for each request. */
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
/** For queries by id. */
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
/** For mutations of many accounts, which tell of each one what became of it. */
export const byIds = (needs: Needs, make: (house: House) => Promise<string>): Entry => ({
  needs,
  declare: "$ids: [ID!]!",
  use: "(ids: $ids) { results { ok code } }",
  make: async (house) => ({ ids: [await make(house)] }),
});
