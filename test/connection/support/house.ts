/** A database with two organizations, and the services of connections. */
import { graphql, type GraphQLSchema } from "graphql";
import type { Caller } from "../../../src/access/caller.js";
import { ALL_PERMISSIONS, type Permission } from "../../../src/access/permission.js";
import { createBegin } from "../../../src/access/unit-of-work.js";
import type { AnyConnectionType } from "../../../src/connection/contract/index.js";
import { CONNECTION_FAILURES } from "../../../src/connection/failures.js";
import { createRegistry } from "../../../src/connection/registry.js";
import { createConnectionResolvers } from "../../../src/connection/resolvers.js";
import type { ConnectionServices } from "../../../src/connection/services.js";
import type { Connection } from "../../../src/connection/stored/connection.js";
import { createConnection } from "../../../src/connection/stored/connection.operations.js";
import { PEOPLE_FAILURES } from "../../../src/people/failures.js";
import { createOrganization } from "../../../src/people/organization/organization.operations.js";
import { createPeopleResolvers, type PeopleNeeds } from "../../../src/people/resolvers.js";
import { createKeyRing, generateKeyRingEntry, parseKeyRing } from "../../../src/platform/crypto/key-ring.js";
import { PLATFORM_FAILURES } from "../../../src/platform/errors/failure.js";
import { assembleCatalogue, GRAPHQL_FAILURES } from "../../../src/platform/graphql/failures.js";
import { buildGraphQLSchema, type ResolverClass } from "../../../src/platform/graphql/schema.js";
import type { TestDatabase } from "../../support/database.js";
import { openMigratedDatabase } from "../../support/migrated-database.js";
import { createSpecimen, PLAIN_TYPE, type Specimen } from "./specimen.js";

export const OPERATOR: Caller = { kind: "OPERATOR", apiKeyId: "00000000-0000-7000-8000-000000000001" };
export const START = new Date("2026-11-23T09:00:00.000Z");

export interface House {
  readonly database: TestDatabase;
  readonly services: ConnectionServices;
  readonly specimen: Specimen;
  /** The organization of the tests, and one that its members cannot see. */
  readonly organizationId: string;
  readonly otherOrganizationId: string;
  readonly advance: (seconds: number) => void;
  readonly close: () => Promise<void>;
}

export function ring() {
  const parsed = parseKeyRing(generateKeyRingEntry(START));
  if ("mistakes" in parsed) throw new Error(parsed.mistakes.join());
  return createKeyRing(parsed.keys);
}

/** Opens a database and makes the services. `types` replaces the specimen and the plain type. */
export async function openHouse(types?: readonly AnyConnectionType[]): Promise<House> {
  const database = await openMigratedDatabase();
  let now = START;
  const clock = () => now;
  const specimen = createSpecimen();
  const store = { reader: database.reader, begin: createBegin(database, clock) };
  const services: ConnectionServices = {
    ...store,
    registry: createRegistry(types ?? [specimen.type, PLAIN_TYPE]),
    runtime: {
      publicUrl: "https://usher.example.com",
      fetch: async () => new Response(null, { status: 404 }),
      clock,
      urls: {
        serverUrl: ({ protocol }) => (protocol === "https:" ? null : "must begin with https://"),
        browserUrl: () => null,
      },
      keyRing: ring(),
    },
    operatorContact: "help@operator.example",
  };
  const organization = await createOrganization(store, OPERATOR, { name: "Acme", slug: "acme" });
  const other = await createOrganization(store, OPERATOR, { name: "Other", slug: "other" });
  return {
    database,
    services,
    specimen,
    organizationId: organization.id,
    otherOrganizationId: other.id,
    advance: (seconds) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
    close: () => database.close(),
  };
}

/** The schema of people and connections. */
export function buildConnectionSchema(services: ConnectionServices, needs?: PeopleNeeds): GraphQLSchema {
  const container = new Map<ResolverClass, object>([
    ...createPeopleResolvers(services, needs),
    ...createConnectionResolvers(services),
  ]);
  return buildGraphQLSchema({
    resolvers: [...container.keys()],
    container,
    errorCodes: assembleCatalogue(
      PLATFORM_FAILURES,
      GRAPHQL_FAILURES,
      PEOPLE_FAILURES,
      CONNECTION_FAILURES,
      services.registry.refusals,
    ),
  });
}

/** Sends an operation to a schema. `details` are those of the first error. */
export async function askSchema(
  schema: GraphQLSchema,
  source: string,
  variableValues: Record<string, unknown> = {},
  caller: Caller = OPERATOR,
) {
  const { data, errors = [] } = await graphql({ schema, source, variableValues, contextValue: { caller } });
  // any: the shape is what the query asked for
  const failures = errors.map(({ originalError }) => originalError as unknown as { code?: string; details?: any });
  return {
    data: data as any,
    messages: errors.map(({ message }) => message),
    codes: failures.map((failure) => failure?.code),
    details: failures[0]?.details,
  };
}

/** A key of an organization with the named permissions, or with all permissions. */
export function keyOfOrganization(organizationId: string, ...permissions: Permission[]): Caller {
  return {
    kind: "API_KEY",
    apiKeyId: "00000000-0000-7000-8000-000000000002",
    organizationId,
    permissions: new Set(permissions.length > 0 ? permissions : ALL_PERMISSIONS),
    limitedMaker: null,
  };
}

export const COMPLETE = { address: "https://id.example.com", tenant: "t1", password: "p4ssw0rd" };

/** Creates a draft with all required settings. */
export async function draft({ services, organizationId }: House, settings = {}): Promise<Connection> {
  return await createConnection(services, OPERATOR, {
    organizationId,
    displayName: "Acme ID",
    settings: { madeUp: { ...COMPLETE, ...settings } },
  });
}

/** The failure that a promise rejects with. */
// any: tests read the details that belong to the code they expect
export async function failureOf(promise: Promise<unknown>): Promise<{ code: string; details: any }> {
  try {
    await promise;
  } catch (error) {
    return error as { code: string; details: unknown };
  }
  throw new Error("the promise did not reject");
}

/** The events of an organization, the oldest first. */
export async function eventsOf({ services }: House, organizationId: string) {
  const rows = await services.reader.rows<{ type: string; data: string; subject_version: number }>(
    "SELECT type, data, subject_version FROM event WHERE organization_id = ? ORDER BY sequence",
    [organizationId],
  );
  // any: events of all types
  return rows.map(({ type, data, subject_version }) => ({
    type,
    version: subject_version,
    data: JSON.parse(data) as any,
  }));
}
