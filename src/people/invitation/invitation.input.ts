/** Types, inputs and payloads of invitations. */
import { Field, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import { RoleKeyScalar } from "../role/role-key.scalar.js";
import type { AuthMethod, Member } from "../user/user.js";
import { AuthMethodEnum, UserType } from "../user/user.type.js";
import { INVITATION_DAYS, MOST_INVITATION_DAYS } from "./invitation.operations.js";

const InvitationStateEnum = { OPEN: "OPEN", EXPIRED: "EXPIRED" } as const;
type InvitationState = keyof typeof InvitationStateEnum;

registerEnumType(InvitationStateEnum, {
  name: "InvitationState",
  description:
    "The state of an invitation. An accepted or revoked one is not listed: its account is `ACTIVE` or `ARCHIVED`.",
  valuesConfig: {
    OPEN: { description: "The person can accept it." },
    EXPIRED: { description: "Its links have expired. `resendInvitation` makes new ones." },
  },
});

@ObjectType("Invitation", {
  description: "The invitation of an account with the status `INVITED`.",
  simpleResolvers: true,
})
export class InvitationType {
  @Field(() => ID, { description: "The id of the invited account." })
  id!: string;

  @Field(() => InvitationStateEnum, { description: "Whether the person can still accept it." })
  state!: InvitationState;

  @Field(() => Date, { description: "When its links expire or expired." })
  expiresAt!: Date;

  @Field(() => String, {
    nullable: true,
    description:
      "A link for you to pass on, returned only by inviteUser and resendInvitation; null elsewhere. It opens the account for whoever has it, so give it to the person only, and never log it. It is not the link in the mail, and works only while you hold USERS_WRITE and all permissions of the account.",
  })
  url!: string | null;
}

const SEND_MAIL = {
  nullable: true,
  description:
    "Whether Usher mails a link to the person; true if left out. With false, pass on the link in `invitation.url`.",
};
const EXPIRES_AT = {
  nullable: true,
  description: `When the links expire: at most ${MOST_INVITATION_DAYS} days away; in ${INVITATION_DAYS} days if left out.`,
};

@InputType({ description: "The person to invite." })
export class InviteUserInput {
  @Field(() => ID, { description: "The home organization of the new account. It never changes." })
  organizationId!: string;

  @Field(() => String, { description: "The e-mail address." })
  email!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "The first name; the last name or the address if left out. At most 200 characters, like the last name.",
  })
  firstName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The last name; the first name or the address if left out.",
  })
  lastName?: string | null;

  @Field(() => AuthMethodEnum, {
    nullable: true,
    description:
      "How the person signs in. If left out: PASSWORD, or SSO in an organization with `ssoEnforcement: REQUIRED`. The person's first sign-in finds an SSO account by the connection's policy `matchKey`.",
  })
  authMethod?: AuthMethod | null;

  @Field(() => [RoleKeyScalar], {
    nullable: true,
    description:
      "The roles in the organization; its default role if left out or empty. You must hold every permission of these roles.",
  })
  roleKeys?: string[] | null;

  @Field(() => Boolean, SEND_MAIL)
  sendMail?: boolean | null;

  @Field(() => Date, EXPIRES_AT)
  expiresAt?: Date | null;
}

@InputType({ description: "The invitation to send again." })
export class ResendInvitationInput {
  @Field(() => ID, { description: "The invited account." })
  id!: string;

  @Field(() => Boolean, SEND_MAIL)
  sendMail?: boolean | null;

  @Field(() => Date, EXPIRES_AT)
  expiresAt?: Date | null;
}

@ObjectType({ description: "What inviteUser answers.", simpleResolvers: true })
export class InviteUserPayload {
  @Field(() => InvitationType, { description: "The invitation, with a link to pass on." })
  invitation!: InvitationType;

  @Field(() => UserType, { description: "The invited account." })
  user!: Member;
}

@ObjectType({ description: "What resendInvitation answers.", simpleResolvers: true })
export class ResendInvitationPayload {
  @Field(() => InvitationType, { description: "The invitation, with a new link to pass on." })
  invitation!: InvitationType;

  @Field(() => UserType, { description: "The invited account." })
  user!: Member;
}
