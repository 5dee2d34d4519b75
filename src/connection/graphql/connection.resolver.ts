/** Connections in GraphQL. */
import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import { orNull } from "../../platform/errors/or-null.js";
import { Failure, UNAUTHENTICATED } from "../../platform/errors/failure.js";
import type { Finding } from "../contract/index.js";
import type { ConnectionLoaders } from "../loaders.js";
import type { ConnectionTypeRegistry } from "../registry.js";
import { addressesFor } from "../runtime.js";
import type { ConnectionServices } from "../services.js";
import { showSettings } from "../settings/stored-settings.js";
import { activateConnection, testConnection } from "../stored/activation.js";
import { explainRefusal } from "../stored/diagnose.js";
import { UNTRIED } from "../stored/connection-health.repository.js";
import {
  createConnection,
  deleteConnection,
  disableConnection,
  readConnection,
} from "../stored/connection.operations.js";
import { updateConnection } from "../stored/update-connection.js";
import type { Connection } from "../stored/connection.js";
import type { ConnectionPolicies } from "../stored/policies.js";
import { ConnectionTypeType, toConnectionType } from "./connection-types.type.js";
import {
  ActivateConnectionPayload,
  CreateConnectionInput,
  CreateConnectionPayload,
  DeleteConnectionPayload,
  DisableConnectionPayload,
  TestConnectionPayload,
  UpdateConnectionInput,
  UpdateConnectionPayload,
} from "./connection.input.js";
import { ConnectionHealthType, ServiceProviderDetailType, SsoConnectionType } from "./connection.type.js";
import { ConnectionPoliciesType } from "./policies-types.js";
import { requireInsight } from "./require-insight.js";
import { declaredSettingsTypes, declareSettingsTypes } from "./settings-types.js";

/**
 * The query cost of creating a connection. Some types then make key pairs, which takes a tenth of a second of CPU time
 * or more.
 */
const COST_OF_CREATING = 10_000;

function describeMissingType(type: string): Finding {
  return {
    check: "CONNECTION_TYPE_INSTALLED",
    level: "ERROR",
    message: `The connection type ${type} is not installed, so nobody can sign in through the connection.`,
    remedy: "Ask the operator to install the connection type again, or delete the connection.",
  };
}

@Resolver(() => SsoConnectionType)
export class ConnectionResolver {
  constructor(
    private readonly services: ConnectionServices,
    private readonly loaders: ConnectionLoaders,
  ) {}

  @Query(() => [ConnectionTypeType], {
    description: "The kinds of identity providers for which connections can be created. Needs a signed-in caller.",
  })
  connectionTypes(@Ctx() { caller }: RequestContext): ConnectionTypeType[] {
    if (caller.kind === "ANONYMOUS") throw new Failure(UNAUTHENTICATED, {});
    return this.services.registry.types.map(toConnectionType);
  }

  @Query(() => SsoConnectionType, {
    nullable: true,
    description:
      "One connection. null if the id is unknown or belongs to a different organization. Needs CONNECTIONS_READ.",
  })
  async connection(
    @Ctx() { caller }: RequestContext,
    @Arg("id", () => ID, { description: "The connection's id." }) id: string,
  ): Promise<SsoConnectionType | null> {
    return await orNull(readConnection(this.services, caller, id));
  }

  @FieldResolver(() => ConnectionPoliciesType, {
    description:
      "What the organization has decided about accounts that people sign in to through the connection. Needs CONNECTIONS_READ.",
  })
  policies(@Root() connection: Connection, @Ctx() { caller }: RequestContext): ConnectionPolicies {
    requireInsight(caller, connection);
    return connection.policies;
  }

  @FieldResolver(() => declaredSettingsTypes().union, {
    nullable: true,
    description:
      "The settings, with defaults. For a secret, only the time when it was set. null while the connection type is not installed. Needs CONNECTIONS_READ.",
  })
  settings(@Root() connection: Connection, @Ctx() { caller }: RequestContext): object | null {
    requireInsight(caller, connection);
    const { registry, runtime } = this.services;
    const type = registry.find(connection.type);
    if (type === null) return null;
    return declaredSettingsTypes().toOutput(type, showSettings(type, runtime.keyRing, connection));
  }

  @FieldResolver(() => [ServiceProviderDetailType], {
    nullable: true,
    description:
      "The values to paste at the identity provider, known before any setting is set. null while the connection type is not installed. Needs CONNECTIONS_READ.",
  })
  serviceProvider(
    @Root() connection: Connection,
    @Ctx() { caller }: RequestContext,
  ): readonly ServiceProviderDetailType[] | null {
    requireInsight(caller, connection);
    const { registry, runtime } = this.services;
    const type = registry.find(connection.type);
    return type === null ? null : type.serviceProvider(addressesFor(runtime.publicUrl, connection));
  }

  @FieldResolver(() => ConnectionHealthType, {
    description: "The last test, the last sign-ins and the last reading of the provider. Needs CONNECTIONS_READ.",
  })
  async health(@Root() connection: Connection, @Ctx() context: RequestContext): Promise<ConnectionHealthType> {
    requireInsight(context.caller, connection);
    const health = (await this.loaders.health(context).load(connection.id)) ?? UNTRIED;
    const { providerFailure } = health;
    const type = this.services.registry.find(connection.type);
    return {
      ...health,
      findings: type === null ? [describeMissingType(connection.type), ...health.findings] : health.findings,
      providerFailure: providerFailure && { ...providerFailure, ...explainRefusal(type, providerFailure) },
    };
  }

  @Mutation(() => CreateConnectionPayload, {
    complexity: ({ childComplexity }) => COST_OF_CREATING + childComplexity,
    description: "Creates a connection as a draft, without asking the provider. Needs CONNECTIONS_WRITE.",
  })
  async createConnection(
    @Ctx() context: RequestContext,
    @Arg("input", () => CreateConnectionInput, { description: "What to create." }) input: CreateConnectionInput,
  ): Promise<CreateConnectionPayload> {
    return { connection: await createConnection(this.services, context.caller, input) };
  }

  @Mutation(() => UpdateConnectionPayload, {
    description:
      "Changes a connection. A field that is left out stays as it is; null clears it. Needs CONNECTIONS_WRITE. Errors: VERSION_CONFLICT, CONNECTION_TYPE_FIXED and CONFIRMATION_REQUIRED.",
  })
  async updateConnection(
    @Ctx() context: RequestContext,
    @Arg("input", () => UpdateConnectionInput, { description: "What to change." }) input: UpdateConnectionInput,
  ): Promise<UpdateConnectionPayload> {
    return { connection: await updateConnection(this.services, context.caller, input) };
  }

  @Mutation(() => ActivateConnectionPayload, {
    description:
      "Lets people sign in, after a diagnosis that finds no error. Needs CONNECTIONS_WRITE. Errors: CONNECTION_NOT_READY with what is wrong.",
  })
  async activateConnection(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The connection's id." }) id: string,
  ): Promise<ActivateConnectionPayload> {
    return await activateConnection(this.services, context.caller, id);
  }

  @Mutation(() => DisableConnectionPayload, {
    description: "Turns a connection off and ends the sessions that it gave. Needs CONNECTIONS_WRITE.",
  })
  async disableConnection(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The connection's id." }) id: string,
  ): Promise<DisableConnectionPayload> {
    return { connection: await disableConnection(this.services, context.caller, id) };
  }

  @Mutation(() => DeleteConnectionPayload, {
    description:
      "Deletes a connection with the identities and sessions that it gave; the users stay. Needs CONNECTIONS_WRITE.",
  })
  async deleteConnection(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The connection's id." }) id: string,
  ): Promise<DeleteConnectionPayload> {
    return { connection: await deleteConnection(this.services, context.caller, id) };
  }

  @Mutation(() => TestConnectionPayload, {
    description:
      "Runs every check that works without a user, and stores the findings in `health`. Works on drafts. Needs CONNECTIONS_WRITE.",
  })
  async testConnection(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The connection's id." }) id: string,
  ): Promise<TestConnectionPayload> {
    const findings = await testConnection(this.services, context.caller, id);
    return { findings };
  }
}

/**
 * Makes the types of settings from the registry, and returns the resolver class of connections.
 *
 * @throws Error if this process has made a schema with different connection types before
 */
export function createConnectionResolver(registry: ConnectionTypeRegistry): typeof ConnectionResolver {
  declareSettingsTypes(registry);
  return ConnectionResolver;
}
