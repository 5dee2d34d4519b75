/** What the mutations about where accounts stand answer. */
import { Field, ID, ObjectType, type ClassType } from "type-graphql";
import { ErrorCode } from "../../../platform/graphql/error-codes.js";
import { JsonScalar } from "../../../platform/graphql/scalars.js";
import type { UserResult } from "./many-users.js";
import type { Member } from "../user.js";
import { UserType } from "../user.type.js";

@ObjectType("UserResult", {
  description: "What became of one user of a mutation that names many.",
  simpleResolvers: true,
})
class UserResultType implements UserResult {
  @Field(() => ID, { description: "The user." })
  userId!: string;

  @Field(() => Boolean, { description: "Whether it is now as the request says; also where it was so before." })
  ok!: boolean;

  @Field(() => ErrorCode, { nullable: true, description: "Why not; null when it was done." })
  code!: string | null;

  @Field(() => String, { nullable: true, description: "The same as a sentence; null when it was done." })
  message!: string | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: "The data of the failure, as `extensions.details` of the mutation for one user has it.",
  })
  details!: unknown;
}

/** What a mutation of one user answers. */
export interface UserPayload {
  readonly user: Member;
}

/** What a mutation of many users answers. */
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
  Field(() => [UserResultType], { description: "What became of each user, in the order of the request." })(
    Payload.prototype,
    "results",
  );
  return Payload as ClassType<UsersPayload>;
}
