/** A person's membership in one organization, in the schema. It has no id: clients cache it with the person. */
import { ObjectType } from "type-graphql";
import type { Group } from "../group/group.js";
import type { Role } from "../role/role.js";

@ObjectType("Membership", {
  description:
    "A person's membership in an organization, with the person's roles, groups and training there. It has no id: cache it under the field that returned it.",
  simpleResolvers: true,
})
export class MembershipType {
  /** Not in the schema, like the same field of the user. */
  organizationId!: string;
  userId!: string;
  /** The roles, if they were read together with the user; not in the schema. */
  knownRoles?: readonly Role[] | undefined;
  /** The groups, if they were read together with the user; not in the schema. */
  knownGroups?: readonly Group[] | undefined;
}
