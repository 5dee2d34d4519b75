/** What belongs to a person in one organization, in the schema. It has no id: clients keep it with the person. */
import { ObjectType } from "type-graphql";
import type { Group } from "../group/group.js";
import type { Role } from "../role/role.js";

@ObjectType("Membership", {
  description:
    "That a person belongs to an organization, with what the person has there. It has no id of its own: caches keep it in the field that answered it.",
  simpleResolvers: true,
})
export class MembershipType {
  /** Not in the schema, like the user's. */
  organizationId!: string;
  userId!: string;
  /** The roles, where they were read together with the user; not in the schema. */
  knownRoles?: readonly Role[] | undefined;
  /** The groups, where they were read together with the user; not in the schema. */
  knownGroups?: readonly Group[] | undefined;
}
