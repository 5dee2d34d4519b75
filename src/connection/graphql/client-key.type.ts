/** The client keys of a connection in the schema, and their rotation. */
import { Field, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import type { ClientKeyState, RotationStep } from "../stored/client-keys.js";
import { ChangedConnection } from "./connection.input.js";

/** Stands for the enum `ClientKeyState` in decorators. */
const ClientKeyStateEnum: { readonly [State in ClientKeyState]: State } = {
  NEXT: "NEXT",
  CURRENT: "CURRENT",
  PREVIOUS: "PREVIOUS",
};

registerEnumType(ClientKeyStateEnum, {
  name: "ClientKeyState",
  description: "What Usher does with a client key. The key document contains all of them.",
  valuesConfig: {
    NEXT: { description: "Published, and not used yet." },
    CURRENT: { description: "Usher signs with it." },
    PREVIOUS: { description: "Still published, and not used any more." },
  },
});

/** Stands for the enum `KeyRotationStep` in decorators. */
const KeyRotationStepEnum: { readonly [Step in RotationStep]: Step } = {
  PUBLISH_NEXT: "PUBLISH_NEXT",
  USE_NEXT: "USE_NEXT",
  USE_PREVIOUS: "USE_PREVIOUS",
  RETIRE_PREVIOUS: "RETIRE_PREVIOUS",
};

registerEnumType(KeyRotationStepEnum, {
  name: "KeyRotationStep",
  description: "A step of a rotation of client keys. A repeated PUBLISH_NEXT or RETIRE_PREVIOUS changes nothing.",
  valuesConfig: {
    PUBLISH_NEXT: { description: "Makes the next keys, and publishes them beside the current ones." },
    USE_NEXT: { description: "Signs with the next keys. The current ones become the previous ones." },
    USE_PREVIOUS: { description: "Undoes USE_NEXT, if the provider refuses the next keys." },
    RETIRE_PREVIOUS: { description: "Deletes the previous keys, also from the key document." },
  },
});

@ObjectType("ClientKey", {
  description: "A key with which a connection authenticates at its provider. Answers never contain its private half.",
  simpleResolvers: true,
})
export class ClientKeyType {
  @Field(() => String, { description: "The key's `kid` in the key document." })
  keyId!: string;

  @Field(() => String, { description: "The kind of key: `RSA` for RS256 and PS256, `EC` for ES256." })
  keyType!: string;

  @Field(() => ClientKeyStateEnum, { description: "What Usher does with the key." })
  state!: ClientKeyState;

  @Field(() => Date, { description: "When Usher made the key." })
  createdAt!: Date;
}

@InputType({ description: "A step of a rotation of client keys." })
export class RotateConnectionKeyInput {
  @Field(() => ID, { description: "The connection." })
  id!: string;

  @Field(() => KeyRotationStepEnum, { description: "The step to take." })
  step!: RotationStep;
}

@ObjectType({ description: "What rotateConnectionKey answers." })
export class RotateConnectionKeyPayload extends ChangedConnection {}
