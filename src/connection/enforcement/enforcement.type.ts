/** Break-glass accounts, and the requirement of single sign-on, in the schema. */
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { MOST_ACCOUNTS_AT_ONCE } from "../../people/user/status/many-users.js";
import { defineUsersPayload } from "../../people/user/status/status.input.js";
import { UserType } from "../../people/user/user.type.js";
import type { SsoRequirementObstacle } from "../failures.js";

/** Stands for the enum `SsoRequirementObstacle` in decorators. */
const SsoRequirementObstacleEnum: { readonly [Obstacle in SsoRequirementObstacle]: Obstacle } = {
  NO_BREAK_GLASS: "NO_BREAK_GLASS",
  NO_PROVEN_CONNECTION: "NO_PROVEN_CONNECTION",
};

registerEnumType(SsoRequirementObstacleEnum, {
  name: "SsoRequirementObstacle",
  description: "What is missing before an organization can require single sign-on.",
  valuesConfig: {
    NO_BREAK_GLASS: {
      description: "A break-glass account that can sign in: active, with a password and the role ADMIN.",
    },
    NO_PROVEN_CONNECTION: { description: "An active connection through which a person has signed in." },
  },
});

@ObjectType("SsoRequirement", {
  description: "What the policy `ssoEnforcement: REQUIRED` would do in an organization.",
  simpleResolvers: true,
})
export class SsoRequirementType {
  /** Not in the schema. The resolver of the field `users` needs it. */
  organizationId!: string;

  @Field(() => [SsoRequirementObstacleEnum], {
    description: "What is missing. While the list is not empty, the policy is refused with SSO_REQUIREMENT_NOT_MET.",
  })
  obstacles!: readonly SsoRequirementObstacle[];

  @Field(() => Int, {
    description:
      "How many active people the policy would shut out. They have a password, and no active connection opens their accounts. Send the number as `confirmAffectedUsers` with the policy.",
  })
  affectedUsers!: number;
}

@InputType({ description: "The people to move to single sign-on." })
export class ChangeAuthMethodInput {
  @Field(() => [ID], { description: `The users, at most ${MOST_ACCOUNTS_AT_ONCE}; for more, send several requests.` })
  userIds!: string[];

  @Field(() => Boolean, {
    nullable: true,
    description: "If true, only returns what would happen to each user, and changes nothing.",
  })
  dryRun?: boolean | null;
}

export const ChangeAuthMethodPayload = defineUsersPayload("changeAuthMethod");

@InputType({ description: "The account to mark." })
export class SetBreakGlassInput {
  @Field(() => ID, { description: "The account." })
  userId!: string;

  @Field(() => Boolean, { description: "true marks the account; false takes the mark away." })
  breakGlass!: boolean;
}

@ObjectType({ description: "What setBreakGlass answers.", simpleResolvers: true })
export class SetBreakGlassPayload {
  @Field(() => UserType, { description: "The account as it is now." })
  user!: UserType;
}
