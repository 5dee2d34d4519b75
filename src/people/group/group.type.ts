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
  description: "The fields that groups can be ordered by. Case does not matter.",
  valuesConfig: {
    NAME: { description: "By name." },
    CREATED_AT: { description: "By the time of creation." },
  },
});

@ObjectType("Group", {
  implements: NodeType,
  description: "A named set of users in an organization.",
  simpleResolvers: true,
})
export class GroupType {
  /** Not in the schema. The resolvers of `organization` and `members` need it. */
  organizationId!: string;

  @Field(() => ID, { description: "The group's id. It never changes." })
  id!: string;

  @Field(() => String, { description: "The name. Unique in the organization; case does not matter." })
  name!: string;

  @Field(() => String, { nullable: true, description: "What the group is for." })
  description!: string | null;

  @Field(() => Date, { description: "When the group was created." })
  createdAt!: Date;

  @Field(() => Date, { description: "When the group or its members last changed." })
  updatedAt!: Date;

  @Field(() => Int, {
    description:
      "Rises with every change, and once for every member who is added or removed. Send it as `expectedVersion` so that you do not overwrite a change that you have not read.",
  })
  version!: number;
}

export const GroupPage = definePage("Group", () => GroupType, "Groups of one organization.");
