/** A *house* for tests: the modules from access to people, with their schema, on a database of their own. */
import "reflect-metadata";
import { afterAll, beforeAll } from "@jest/globals";
import { graphql } from "graphql";
import { SYSTEM, type Caller } from "../../src/access/caller.js";
import { ALL_PERMISSIONS, type Permission } from "../../src/access/permission.js";
import type { RequestContext } from "../../src/access/request-context.js";
import type { Store } from "../../src/access/store.js";
import { createBegin, type UnitOfWork } from "../../src/access/unit-of-work.js";
import { recordAudit } from "../../src/audit/record-audit.js";
import { createAuditResolvers } from "../../src/audit/resolvers.js";
import { createEventResolvers } from "../../src/events/resolvers.js";
import { PEOPLE_FAILURES, SEATS_FULL } from "../../src/people/failures.js";
import { createOrganization } from "../../src/people/organization/organization.operations.js";
import type { OrganizationPart } from "../../src/people/organization/organization-parts.js";
import { createPeopleResolvers } from "../../src/people/resolvers.js";
import type { DeletionParts } from "../../src/people/user/delete/delete-guard.js";
import { USER_EVENTS } from "../../src/people/user/user.events.js";
import { createUser, type NewUserInput } from "../../src/people/user/user.operations.js";
import { Failure, PLATFORM_FAILURES, type FailureDefinition } from "../../src/platform/errors/failure.js";
import { assembleCatalogue } from "../../src/platform/graphql/failures.js";
import { buildGraphQLSchema, type ResolverClass } from "../../src/platform/graphql/schema.js";
import type { TestDatabase } from "./database.js";
import { openMigratedDatabase } from "./migrated-database.js";

export const OPERATOR: Caller = { kind: "OPERATOR", apiKeyId: "operator-key" };

/** A key of an organization. */
export function keyOf(organizationId: string, ...permissions: Permission[]): Caller {
  return {
    kind: "API_KEY",
    apiKeyId: `key-of-${organizationId.slice(-12)}`,
    organizationId,
    permissions: new Set(permissions),
    limitedMaker: null,
  };
}

/** A person's session in an organization, with every permission unless permissions are named. */
export function personIn(
  organizationId: string,
  userId: string,
  permissions: readonly Permission[] = ALL_PERMISSIONS,
): Caller {
  return { kind: "PERSON", userId, sessionId: "session", organizationId, permissions: new Set(permissions) };
}

/** The answer to a GraphQL request: its data and the codes of its errors. */
export interface Answer {
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers whose form each document decides
  readonly data: any;
  readonly codes: readonly string[];
  /** The details of its errors, in the same order. */
  // oxlint-disable-next-line typescript/no-explicit-any -- details are typed by code
  readonly details: readonly any[];
}

/** The parts of a module above people, for its tests. */
export interface UpperModule {
  readonly resolvers: (store: Store) => ReadonlyMap<ResolverClass, object>;
  readonly failures: readonly FailureDefinition<never>[];
  readonly users?: DeletionParts;
  readonly organizationParts?: readonly OrganizationPart[];
}

export interface House {
  readonly database: TestDatabase;
  readonly store: Store;
  /** The current time, which tests change. */
  readonly clock: { now: Date };
  /** Executes a document as a caller, without HTTP. Throws unexpected errors. */
  readonly ask: (caller: Caller, document: string, variables?: Record<string, unknown>) => Promise<Answer>;
  readonly schema: ReturnType<typeof buildGraphQLSchema>;
}

/** Opens a house, with a module above people if the test needs one. The test closes its database. */
export async function openHouse(upper: UpperModule | null = null): Promise<House> {
  const database = await openMigratedDatabase();
  const clock = { now: new Date("2026-11-23T09:00:00.000Z") };
  const store: Store = { reader: database.reader, begin: createBegin(database, () => clock.now) };
  const container = new Map([
    ...createPeopleResolvers(store, {
      clock: () => clock.now,
      ...(upper?.users === undefined ? {} : { users: upper.users }),
      ...(upper?.organizationParts === undefined ? {} : { organizationParts: upper.organizationParts }),
    }),
    ...(upper?.resolvers(store) ?? []),
    ...createEventResolvers(store, USER_EVENTS, recordAudit),
    ...createAuditResolvers(store),
  ]);
  const schema = buildGraphQLSchema({
    resolvers: [...container.keys()],
    container,
    errorCodes: assembleCatalogue(PLATFORM_FAILURES, PEOPLE_FAILURES, [SEATS_FULL], upper?.failures ?? []),
  });
  const ask: House["ask"] = async (caller, document, variables = {}) => {
    const context: RequestContext = { caller };
    const result = await graphql({ schema, source: document, variableValues: variables, contextValue: context });
    const failures = (result.errors ?? []).map((error) => {
      if (error.originalError instanceof Failure) return error.originalError;
      throw error;
    });
    return {
      data: result.data,
      codes: failures.map(({ code }) => code),
      details: failures.map((failure) => failure.details),
    };
  };
  return { database, store, clock, ask, schema };
}

/** A house for a whole test file, with functions that read and write without the operations. */
export interface HouseOfFile extends House {
  /** Runs a unit of work as the system. */
  readonly inUnit: <Result>(work: (unit: UnitOfWork) => Promise<Result>) => Promise<Result>;
  /** The events about a subject, the oldest first. */
  readonly eventsOf: (subjectId: string) => Promise<readonly StoredEvent[]>;
  /** The audit entries about a subject, the oldest first. */
  readonly auditOf: (subjectId: string) => Promise<readonly StoredAudit[]>;
}

/** An event of the event log. */
interface StoredEvent {
  readonly type: string;
  readonly version: number;
  readonly causeKind: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each type of event has data of its own
  readonly data: any;
}

/** An entry of the audit log. */
interface StoredAudit {
  readonly action: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each action has values of its own
  readonly before: any;
  // oxlint-disable-next-line typescript/no-explicit-any -- each action has values of its own
  readonly after: any;
}

/** Opens a house before the first test of the file that calls this, and closes it after the last. */
export function useHouse(open: () => Promise<House> = openHouse): HouseOfFile {
  const rows = <Row extends object>(sql: string, id: string) => house.database.reader.rows<Row>(sql, [id]);
  const house = {} as House;
  beforeAll(async () => void Object.assign(house, await open()));
  afterAll(() => house.database.close());
  return Object.assign<House, Omit<HouseOfFile, keyof House>>(house, {
    inUnit: (work) => house.store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, work),
    eventsOf: async (subjectId) =>
      (
        await rows<{ type: string; version: number; causeKind: string; data: string }>(
          "SELECT type, subject_version AS version, cause_kind AS `causeKind`, data FROM event WHERE subject_id = ? ORDER BY sequence",
          subjectId,
        )
      ).map((event) => ({ ...event, data: JSON.parse(event.data) })),
    auditOf: async (subjectId) =>
      (
        await rows<{ action: string; before: string | null; after: string | null }>(
          "SELECT action, before_value AS `before`, after_value AS `after` FROM audit_entry WHERE subject_id = ? ORDER BY id",
          subjectId,
        )
      ).map(({ action, before, after }) => ({
        action,
        before: JSON.parse(before ?? "null"),
        after: JSON.parse(after ?? "null"),
      })),
  });
}

let slugs = 0;

export async function makeOrganization(house: House) {
  slugs += 1;
  return await createOrganization(house.store, OPERATOR, {
    name: `Organization ${slugs}`,
    slug: `organization-${slugs}`,
  });
}

/** Creates a user as the operator. */
export async function makeUser(house: House, organizationId: string, input: Partial<NewUserInput> = {}) {
  return await createUser(house.store, OPERATOR, {
    organizationId,
    email: "ada@example.com",
    firstName: "Ada",
    lastName: "Lovelace",
    ...input,
  });
}

/** The code of an operation's refusal. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
  return "NONE";
}

export async function countRows(house: House, table: string): Promise<number> {
  const row = await house.database.reader.row<{ total: number }>(`SELECT COUNT(*) AS total FROM ${table}`);
  return Number(row?.total);
}
