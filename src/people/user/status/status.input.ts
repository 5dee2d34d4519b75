/** Payloads of the mutations that change the status of accounts or delete them. */
import { Field, ID, ObjectType, type ClassType } from "type-graphql";
import { ErrorCode } from "../../../platform/graphql/error-codes.js";
import { JsonScalar } from "../../../platform/graphql/scalars.js";
import type { UserResult } from "./many-users.js";
import type { Member } from "../user.js";
import { UserType } from "../user.type.js";

@ObjectType("UserResult", {
  description: "The outcome for one user of a mutation of many users.",
  simpleResolvers: true,
})
class UserResultType implements UserResult {
  @Field(() => ID, { description: "The user." })
  userId!: string;

  @Field(() => Boolean, { description: "Whether the request holds for this user now; also true if it did before." })
  ok!: boolean;

  @Field(() => ErrorCode, { nullable: true, description: "The error code; null if `ok`." })
  code!: string | null;

  @Field(() => String, { nullable: true, description: "The error as a sentence; null if `ok`." })
  message!: string | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: "The data of the error, the same as `extensions.details` of the mutation for one user.",
  })
  details!: unknown;
}

/** The payload of a mutation of one user. */
export interface UserPayload {
  readonly user: Member;
}

/** The payload of a mutation of many users. */
export interface UsersPayload {
  readonly results: readonly UserResult[];
}

/** Declares the payload of a mutation of one user: `EnableUserPayload`. */
export function defineUserPayload(mutation: string, description: string): ClassType<UserPayload> {
  class Payload {}
  const name = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Payload`;
  ObjectType(name, { description: `What ${mutation} answers.`, simpleResolvers: true })(Payload);
  Field(() => UserType, { description })(Payload.prototype, "user");
  return Payload as ClassType<UserPayload>;
}

/** Declares the payload of a mutation of many users: `EnableUsersPayload`. */
export function defineUsersPayload(mutation: string): ClassType<UsersPayload> {
  class Payload {}
  const name = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Payload`;
  ObjectType(name, { description: `What ${mutation} answers.`, simpleResolvers: true })(Payload);
  Field(() => [UserResultType], { description: "The outcome for each user, in the order of the request." })(
    Payload.prototype,
    "results",
  );
  return Payload as ClassType<UsersPayload>;
}
