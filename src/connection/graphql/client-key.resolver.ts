/** The client keys of connections in GraphQL. */
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { ConnectionServices } from "../services.js";
import type { Connection } from "../stored/connection.js";
import { rotateConnectionKey } from "../stored/rotate-client-key.js";
import { ClientKeyType, RotateConnectionKeyInput, RotateConnectionKeyPayload } from "./client-key.type.js";
import { SsoConnectionType } from "./connection.type.js";
import { requireInsight } from "./require-insight.js";

/** The query cost of a rotation. Making two key pairs takes a tenth of a second of CPU time or more. */
const COST_OF_KEYS = 10_000;

@Resolver(() => SsoConnectionType)
export class ClientKeyResolver {
  constructor(private readonly services: ConnectionServices) {}

  @FieldResolver(() => [ClientKeyType], {
    description:
      "The keys with which the connection authenticates at its provider under `private_key_jwt`; empty if it has never done so. Needs CONNECTIONS_READ.",
  })
  clientKeys(@Root() connection: Connection, @Ctx() { caller }: RequestContext): readonly ClientKeyType[] {
    requireInsight(caller, connection);
    return connection.clientKeys.map(({ id, state, publicKey, createdAt }) => ({
      keyId: id,
      keyType: publicKey["kty"] ?? "",
      state,
      createdAt: new Date(createdAt),
    }));
  }

  @Mutation(() => RotateConnectionKeyPayload, {
    complexity: ({ childComplexity }) => COST_OF_KEYS + childComplexity,
    description:
      "Takes a step of a rotation of the connection's client keys. No session ends. Needs CONNECTIONS_WRITE. Errors: CONNECTION_KEY_MISSING.",
  })
  async rotateConnectionKey(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => RotateConnectionKeyInput, { description: "The connection and the step." })
    input: RotateConnectionKeyInput,
  ): Promise<RotateConnectionKeyPayload> {
    return { connection: await rotateConnectionKey(this.services, caller, input) };
  }
}
