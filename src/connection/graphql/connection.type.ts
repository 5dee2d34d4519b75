/** Connections in the schema. The resolver and `settings-types.ts` add the fields that depend on the connection type. */
import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { NodeType } from "../../access/node.js";
import type { Expiration, Finding } from "../contract/index.js";
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
    DRAFT: { description: "The connection has never been active. It can be tested." },
    ACTIVE: { description: "People can sign in." },
    DISABLED: { description: "The connection was active. Nobody can sign in now." },
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
  description: "How serious a finding is.",
  valuesConfig: {
    OK: { description: "The check passed." },
    WARNING: { description: "Activation is possible, but an administrator should read the remedy first." },
    ERROR: { description: "Sign-ins fail or will fail. Activation is refused." },
  },
});

@ObjectType("ConnectionFinding", { description: "The result of one check of a connection.", simpleResolvers: true })
export class ConnectionFindingType {
  @Field(() => String, { description: "The check's stable name, such as `DISCOVERY_REACHABLE`." })
  check!: string;

  @Field(() => FindingLevelEnum, { description: "How serious the finding is." })
  level!: Finding["level"];

  @Field(() => String, { description: "What was found." })
  message!: string;

  @Field(() => String, { nullable: true, description: "What to do; null if the check passed." })
  remedy!: string | null;
}

/** Stands for the enum `ExpirationKind` in decorators. */
const ExpirationKindEnum: { readonly [Kind in Expiration["kind"]]: Kind } = {
  CERTIFICATE: "CERTIFICATE",
  CLIENT_SECRET: "CLIENT_SECRET",
};

registerEnumType(ExpirationKindEnum, {
  name: "ExpirationKind",
  description: "A kind of thing that expires.",
  valuesConfig: {
    CERTIFICATE: { description: "A signing certificate of the provider." },
    CLIENT_SECRET: { description: "A client secret, at the date that an administrator entered." },
  },
});

@ObjectType("ConnectionExpiration", {
  description: "A certificate or a secret of a connection that expires.",
  simpleResolvers: true,
})
export class ConnectionExpirationType {
  @Field(() => ExpirationKindEnum, { description: "What expires." })
  kind!: Expiration["kind"];

  @Field(() => String, {
    description: "The SHA-256 fingerprint of the certificate, or the name of the setting that holds the secret.",
  })
  name!: string;

  @Field(() => Date, { description: "When it expires." })
  expiresAt!: Date;
}

@ObjectType("ProviderFailure", {
  description: "Why Usher cannot read what an identity provider publishes, such as SAML metadata.",
  simpleResolvers: true,
})
export class ProviderFailureType {
  @Field(() => Date, { description: "When the first reading failed after the last good one." })
  since!: Date;

  @Field(() => String, { description: "The error code of the last reading, such as `SAML_METADATA_UNREACHABLE`." })
  code!: string;

  @Field(() => String, { description: "What was wrong." })
  message!: string;

  @Field(() => String, { description: "What to do. Meanwhile, people sign in with the last good copy." })
  remedy!: string;
}

@ObjectType("ConnectionHealth", {
  description: "The last test of a connection, its last sign-ins, and what Usher watches by itself.",
  simpleResolvers: true,
})
export class ConnectionHealthType {
  @Field(() => Date, { nullable: true, description: "When the connection was last tested; null if never." })
  lastTestedAt!: Date | null;

  @Field(() => [ConnectionFindingType], {
    description:
      "The findings of the last test; empty before the first test. If the connection type is not installed, the first finding reports it.",
  })
  findings!: readonly ConnectionFindingType[];

  @Field(() => Date, { nullable: true, description: "When a person last signed in; null if nobody has." })
  lastSucceededAt!: Date | null;

  @Field(() => Date, { nullable: true, description: "When a sign-in last failed; null if none has." })
  lastFailedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: "The error code of the last failed sign-in; null if none has failed.",
  })
  lastFailureCode!: string | null;

  @Field(() => [ConnectionExpirationType], {
    description:
      "What expires, the soonest first. Usher looks at active connections every few hours, and sends `connection.expiring` 60, 30, 7 and 1 days before.",
  })
  expirations!: readonly ConnectionExpirationType[];

  @Field(() => Date, {
    nullable: true,
    description:
      "Since when the connection counts as failing: sign-ins fail in a row because of the provider or the settings, or Usher cannot read what the provider publishes. null if it works. `connection.failing` is sent once, and the next success ends it.",
  })
  failingSince!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: "The error code of the failure at which the connection began to count as failing; null if it works.",
  })
  failingCode!: string | null;

  @Field(() => Date, {
    nullable: true,
    description:
      "When Usher last read on its schedule what the provider publishes, such as SAML metadata; null if it has not, or if the connection has no address to read.",
  })
  providerReadAt!: Date | null;

  @Field(() => ProviderFailureType, {
    nullable: true,
    description: "Why Usher cannot read what the provider publishes; null while it can.",
  })
  providerFailure!: ProviderFailureType | null;
}

@ObjectType("ServiceProviderDetail", {
  description: "A value to paste at the identity provider.",
  simpleResolvers: true,
})
export class ServiceProviderDetailType {
  @Field(() => String, {
    description: "The stable name: `redirectUrl`, `entityId`, `acsUrl`, `signOnUrl`, `logoutUrl`, `jwksUrl`.",
  })
  name!: string;

  @Field(() => String, { description: "The usual label in the provider's own forms." })
  label!: string;

  @Field(() => String, { description: "The value to paste." })
  value!: string;
}

@ObjectType("SsoConnection", {
  implements: NodeType,
  description: "An identity provider that an organization has configured.",
  simpleResolvers: true,
})
export class SsoConnectionType {
  @Field(() => ID, { description: "The connection's id, which is part of its URLs." })
  id!: string;

  @Field(() => ID, { description: "The organization that the connection belongs to." })
  organizationId!: string;

  @Field(() => String, { description: "The connection's name in lists." })
  displayName!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The text of the button on the sign-in page; null for "Sign in to " and the display name.',
  })
  buttonLabel!: string | null;

  @Field(() => String, { description: "The id of the connection type, such as `entra-id`. It cannot change." })
  type!: string;

  @Field(() => ConnectionStateEnum, { description: "Whether people can sign in through the connection." })
  state!: ConnectionState;

  @Field(() => Int, {
    description:
      "Rises with every change. Send it as `expectedVersion`, so that you do not overwrite a change that you have not read.",
  })
  version!: number;

  @Field(() => Date, { description: "When the connection was created." })
  createdAt!: Date;

  @Field(() => Date, { description: "When the connection was last changed." })
  updatedAt!: Date;
}
