/** Groups in the schema. */
import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { NodeType } from "../../access/node.js";
import { definePage } from "../../platform/graphql/paging.js";
import type { GroupOrder } from "./group.js";

/** Stands for the enum `GroupOrderField` in decorators. */
export const GroupOrderFieldEnum: { readonly [Value in GroupOrder]: Value } = {
  NAME: "NAME",
  CREATED_AT: "CREATED_AT",
};

registerEnumType(GroupOrderFieldEnum, {
  name: "GroupOrderField",
  description: "What groups can be ordered by. Case does not count.",
  valuesConfig: {
    NAME: { description: "By name." },
    CREATED_AT: { description: "In the order in which the groups were made." },
  },
});

@ObjectType("Group", {
  implements: NodeType,
  description: "A named set of users in an organization.",
  simpleResolvers: true,
})
export class GroupType {
  /** What `organization` and `members` read; not in the schema. */
  organizationId!: string;

  @Field(() => ID, { description: "The group's id. It never changes." })
  id!: string;

  @Field(() => String, { description: "What people read. Unique in the organization, whatever the case." })
  name!: string;

  @Field(() => String, { nullable: true, description: "What the group is for." })
  description!: string | null;

  @Field(() => Date, { description: "When the group was made." })
  createdAt!: Date;

  @Field(() => Date, { description: "When the group or its members were changed last." })
  updatedAt!: Date;

  @Field(() => Int, {
    description:
      "Rises at every change, and once for every member who comes or goes. Send it as `expectedVersion` to change only what you know.",
  })
  version!: number;
}

export const GroupPage = definePage("Group", () => GroupType, "Groups of one organization.");
