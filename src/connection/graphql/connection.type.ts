/** Connections in the schema. What depends on the connection type is added by the resolver and `settings-types.ts`. */
import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { NodeType } from "../../access/node.js";
import type { Finding } from "../contract/index.js";
import type { ConnectionState } from "../stored/connection.js";

/** Stands for the enum `ConnectionState` in decorators. */
const ConnectionStateEnum: { readonly [State in ConnectionState]: State } = {
  DRAFT: "DRAFT",
  ACTIVE: "ACTIVE",
  DISABLED: "DISABLED",
};

registerEnumType(ConnectionStateEnum, {
  name: "ConnectionState",
  description: "Whether people can sign in through a connection.",
  valuesConfig: {
    DRAFT: { description: "Never active so far; it can be tested." },
    ACTIVE: { description: "People can sign in." },
    DISABLED: { description: "It was active; nobody can sign in now." },
  },
});

/** Stands for the enum `FindingLevel` in decorators. */
const FindingLevelEnum: { readonly [Level in Finding["level"]]: Level } = {
  OK: "OK",
  WARNING: "WARNING",
  ERROR: "ERROR",
};

registerEnumType(FindingLevelEnum, {
  name: "FindingLevel",
  description: "How bad it is.",
  valuesConfig: {
    OK: { description: "All is well." },
    WARNING: { description: "Sign-ins work, but something should be looked at." },
    ERROR: { description: "Sign-ins fail or will fail; activation is refused." },
  },
});

@ObjectType("ConnectionFinding", { description: "One line of a diagnosis.", simpleResolvers: true })
export class ConnectionFindingType {
  @Field(() => String, { description: "What was looked at; a stable name such as `DISCOVERY_REACHABLE`." })
  check!: string;

  @Field(() => FindingLevelEnum, { description: "How bad it is." })
  level!: Finding["level"];

  @Field(() => String, { description: "What was found." })
  message!: string;

  @Field(() => String, { nullable: true, description: "What to do about it; null when all is well." })
  remedy!: string | null;
}

@ObjectType("ConnectionHealth", { description: "How a connection has been doing.", simpleResolvers: true })
export class ConnectionHealthType {
  @Field(() => Date, { nullable: true, description: "When it was tested last; null if never." })
  lastTestedAt!: Date | null;

  @Field(() => [ConnectionFindingType], {
    description:
      "What the last test found; empty before the first. While the connection's type is not installed, the first one says so.",
  })
  findings!: readonly ConnectionFindingType[];

  @Field(() => Date, { nullable: true, description: "When somebody last signed in; null if nobody has." })
  lastSucceededAt!: Date | null;

  @Field(() => Date, { nullable: true, description: "When a sign-in last failed; null if none has." })
  lastFailedAt!: Date | null;

  @Field(() => String, { nullable: true, description: "Why the last failed sign-in failed: an error code." })
  lastFailureCode!: string | null;
}

@ObjectType("ServiceProviderDetail", {
  description: "A value to paste at the identity provider.",
  simpleResolvers: true,
})
export class ServiceProviderDetailType {
  @Field(() => String, { description: "A stable name: `redirectUrl`, `entityId`, `acsUrl`, `signOnUrl`, `logoutUrl`." })
  name!: string;

  @Field(() => String, { description: "What the provider's own forms usually call it." })
  label!: string;

  @Field(() => String, { description: "What to paste." })
  value!: string;
}

@ObjectType("SsoConnection", {
  implements: NodeType,
  description: "One configured identity provider of one organization.",
  simpleResolvers: true,
})
export class SsoConnectionType {
  @Field(() => ID, { description: "The connection's id, which is part of its addresses." })
  id!: string;

  @Field(() => ID, { description: "The organization that it belongs to." })
  organizationId!: string;

  @Field(() => String, { description: 'What people read on the button "Sign in to NAME".' })
  displayName!: string;

  @Field(() => String, { description: "The id of its connection type, such as `entra-id`. Never changes." })
  type!: string;

  @Field(() => ConnectionStateEnum, { description: "Whether people can sign in through it." })
  state!: ConnectionState;

  @Field(() => Int, {
    description: "Rises at every change. Send it as `expectedVersion` to change only what you know.",
  })
  version!: number;

  @Field(() => Date, { description: "When it was created." })
  createdAt!: Date;

  @Field(() => Date, { description: "When it was changed last." })
  updatedAt!: Date;
}
